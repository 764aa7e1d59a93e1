// The requests under way and the last ones that ended, one row each.

import type {
  ActiveRequest,
  RecentRequest,
  StatusSnapshot,
} from '../../../telemetry/status/snapshot.ts';
import { waitWords } from '../../../telemetry/status/words.ts';
import { type Html, html } from '../html.ts';
import { age, duration, durationOrDash, orDash } from './units.ts';

/** Those that wait or run come first: they are what somebody asks about. */
export function requestRows({ active, requests }: StatusSnapshot): Html {
  if (active.length + requests.length === 0) {
    return html`<tr><td colspan="8" class="quiet">No request has come since the worker started.</td></tr>`;
  }
  return html`${active.map(activeRow)}${requests.map(recentRow)}`;
}

function activeRow({ requestId, name, state, reason, forMs }: ActiveRequest): Html {
  const why =
    reason === null ? null : html`<br><span class="quiet">${waitWords[reason].because}</span>`;
  return html`
<tr class="active"><td>now</td><td><code>${requestId}</code></td><td>${name}</td>
  <td><span class="outcome running">${state}</span>${why}</td>
  ${figures(state === 'waiting' ? duration(forMs) : '–', '–', duration(forMs), '–')}</tr>`;
}

const OUTCOMES: ReadonlyMap<string, readonly [level: string, words: string]> = new Map([
  ['done', ['ok', 'answered']],
  ['left', ['quiet', 'the caller left']],
]);

function recentRow(request: RecentRequest): Html {
  const { at, requestId, model, answeredBy, outcome, upstreamCode, attempts } = request;
  const { waitedMs, firstTextMs, totalMs } = request;
  const [level, words] = OUTCOMES.get(outcome) ?? ['bad', outcome];
  const facts = [
    upstreamCode === null ? null : `GLM says ${upstreamCode}`,
    attempts > 1 ? `${attempts} tries` : null,
  ].filter(Boolean);
  const more =
    facts.length === 0 ? null : html`<br><span class="quiet">${facts.join(' · ')}</span>`;
  const by =
    answeredBy === '' || answeredBy === model
      ? null
      : html`<br><span class="quiet">${answeredBy}</span>`;
  return html`
<tr><td>${age(at)}</td><td><code title="${request.path}">${requestId}</code></td><td>${model}${by}</td>
  <td><span class="outcome ${level}">${words}</span>${more}</td>
  ${figures(duration(waitedMs), durationOrDash(firstTextMs), duration(totalMs), tokens(request))}</tr>`;
}

/** The names stand above the figures where the table is too narrow for a head. */
function figures(...values: readonly [string, string, string, string]): Html[] {
  return ['waited', 'first text', 'in all', 'tokens'].map(
    (name, index) => html`<td class="number" data-label="${name}">${String(values[index])}</td>`,
  );
}

function tokens({ promptTokens, completionTokens }: RecentRequest): string {
  return promptTokens === null ? '–' : `${promptTokens} + ${orDash(completionTokens)}`;
}
