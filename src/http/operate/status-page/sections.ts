// The parts of the status page, in the order of the questions of somebody who is called at night.

import type { StatusSnapshot } from '../../../telemetry/status/snapshot.ts';
import { placeWords, waitWords } from '../../../telemetry/status/words.ts';
import { type Html, html } from '../html.ts';
import { loadChart } from './chart.ts';
import { requestRows } from './request-rows.ts';
import { age, duration, durationOrDash, hour, orDash, plural } from './units.ts';

type Section = (snapshot: StatusSnapshot) => Html;

const SIGNS = { ok: 'M5 13l5 5L19 7', warn: 'M12 5v9M12 18v1', bad: 'M6 6l12 12M18 6L6 18' };

const LEVELS = { ok: 'All is well', warn: 'Worth a look', bad: 'Something is wrong' };

const verdict: Section = ({ verdict: { level, sentence, remedy } }) => html`
<div class="verdict ${level}">
  <svg viewBox="0 0 24 24" role="img" aria-label="${LEVELS[level]}"><path d="${SIGNS[level]}"/></svg>
  <div>
    <p class="sentence">${sentence}</p>
    ${remedy === '' ? null : html`<p class="remedy"><b>What to do</b> ${remedy}</p>`}
  </div>
</div>`;

const STATES = {
  registered: ['ok', 'registered'],
  failing: ['bad', 'the controller does not answer'],
  not_registered: ['bad', 'not registered'],
  off: ['quiet', 'no controller'],
  draining: ['warn', 'leaving'],
} as const;

const controller: Section = ({ registration }) => {
  const { state, since, lastAcceptedAt, address, reason } = registration;
  const [level, word] = STATES[state];
  return html`
<p class="big ${level}">${word}</p>
<dl>
  ${row('Since', age(since))}
  ${row('Last heart beat', age(lastAcceptedAt))}
  ${row('Address of this worker', html`<code>${orDash(address)}</code>`)}
  ${row('Controller', html`<code>${orDash(registration.controller)}</code>`)}
  ${reason === null ? null : row('Reason', html`${reason}`)}
</dl>`;
};

const failures: Section = ({ failures: groups, failureWindowMs }) => {
  const minutes = failureWindowMs / 60_000;
  if (groups.length === 0) {
    return html`<p class="big ok">none</p><p class="quiet">in the last ${minutes} minutes</p>`;
  }
  return html`<ul class="failures">${groups.map(failure)}</ul>`;
};

function failure(group: StatusSnapshot['failures'][number]): Html {
  const { kind, place, requests, attempts, newestAt, model, account, remedy } = group;
  const code = group.upstreamCode ?? (group.upstreamStatus && `HTTP ${group.upstreamStatus}`);
  const tries = attempts > 0 ? `${attempts === 1 ? '1 try' : `${attempts} tries`}` : null;
  const counts = [requests > 0 ? plural(requests, 'request') : null, tries];
  return html`
<li>
  <p class="kind"><span class="place ${place}">${placeWords[place]}</span> <b>${kind}</b></p>
  <p class="facts">${counts.filter(Boolean).join(', ')} · newest ${age(newestAt)} · ${orDash(model)}${
    account === null ? null : html` · account ${account}`
  }${code === null ? null : html` · GLM says <b>${code}</b>`}</p>
  <p class="remedy"><b>What to do</b> ${remedy}</p>
</li>`;
}

const load: Section = ({ load: facts }) => {
  const { running, waiting, longestWaitMs, limit, queue, endpoints, history } = facts;
  const minutes = Math.round((history.length * facts.historyStepMs) / 60_000);
  return html`
<div class="figures">
  ${figure(html`${running}<small> of ${limit}</small>`, 'running')}
  ${figure(html`${waiting}`, 'waiting')}
  ${figure(html`${waiting === 0 ? '–' : duration(longestWaitMs)}`, 'longest wait')}
</div>
${loadChart(history, minutes)}
${queue.map(waits)}
<ul class="endpoints">${endpoints.map(endpoint)}</ul>`;
};

function waits({ name, reason, waiting }: StatusSnapshot['load']['queue'][number]): Html {
  const { because, remedy } = waitWords[reason];
  return html`<p class="note">${waiting} for <code>${name}</code>: ${because}. <span class="quiet">${remedy}</span></p>`;
}

function endpoint({
  account,
  model,
  running,
  limit,
  outage,
  restsForMs,
  restsBecause,
}: StatusSnapshot['load']['endpoints'][number]): Html {
  const filled = Math.round((Math.min(running, limit) * 100) / Math.max(limit, 1));
  const rests =
    restsForMs === null
      ? null
      : html` <span class="bad">rests ${duration(restsForMs)}: ${restsBecause}</span>`;
  const out = outage ? html` <span class="bad">answers nobody</span>` : null;
  return html`
<li><span>account ${account} · <code>${model}</code>${rests}${out}</span>
  <span class="use"><svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect
    class="rail" width="100" height="8"/><rect class="fill" width="${filled}" height="8"/></svg>
  ${running} of ${limit}</span></li>`;
}

const speed: Section = ({ speed: facts }) => html`
<div class="figures two">
  ${figure(html`${durationOrDash(facts.firstTextP50Ms)}`, 'first text, half of them')}
  ${figure(html`${durationOrDash(facts.firstTextP95Ms)}`, 'first text, 95 of 100')}
  ${figure(html`${orDash(facts.answerTokensPerSecond)}`, 'tokens/s of an answer')}
  ${figure(html`${facts.outputTokensPerSecond}`, 'tokens/s in all')}
</div>
<p class="quiet">${plural(facts.answers, 'answer')} in the last ${facts.windowMs / 60_000} minutes</p>`;

const changes: Section = ({ worker, lastReload, settings }) => {
  const reload =
    lastReload === null
      ? html`never`
      : html`${age(lastReload.at)}: ${lastReload.isTaken ? 'taken' : html`<span class="bad">not taken, ${lastReload.reason}</span>`}`;
  const changed = settings.filter(({ isDefault }) => !isDefault);
  return html`
<dl>
  ${row('Version', html`${worker.version} on Node.js ${worker.node}`)}
  ${row('Started', html`${age(worker.startedAt)} (${hour(worker.startedAt)})`)}
  ${row('MODELS_FILE read again', reload)}
</dl>
<h3>Settings that are not the default</h3>
<dl class="settings">${changed.map(settingRow)}</dl>
<details><summary>All ${settings.length} settings</summary>
<dl class="settings">${settings.map(settingRow)}</dl></details>`;
};

function settingRow({ name, value }: StatusSnapshot['settings'][number]): Html {
  return row(html`<code>${name}</code>`, html`<code>${orDash(value)}</code>`);
}

const models: Section = ({ worker }) => {
  const chatting = worker.models.filter(({ chats }) => chats);
  return html`${chatting.map(({ name, glmModel }) => html`<option value="${name}">${name === glmModel ? name : `${name} (${glmModel})`}</option>`)}`;
};

/** By the `data-part` of the element that holds it. */
const SECTIONS = {
  ...{ verdict, controller, failures, load, speed, changes },
  ...{ requests: requestRows, models },
} as const satisfies Readonly<Record<string, Section>>;

/** The markup of each part. */
export type Parts = Readonly<Record<keyof typeof SECTIONS, string>>;

export function partsOf(snapshot: StatusSnapshot): Parts {
  const parts = Object.entries(SECTIONS).map(([name, section]) => [name, section(snapshot).markup]);
  // An entry has just been made for each.
  return Object.fromEntries(parts) as Parts;
}

function row(name: Html | string, value: Html): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function figure(value: Html, label: string): Html {
  return html`<p class="figure"><b>${value}</b> <span>${label}</span></p>`;
}
