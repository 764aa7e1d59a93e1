// The status page, its JSON and its report: what they say, what they never let in, who gets them.

import t from 'tap';
import { partsOf } from '../../src/http/operate/status-page/sections.ts';
import { age, duration, hour, orDash, plural } from '../../src/http/operate/status-page/units.ts';
import { statusReport } from '../../src/http/operate/status-report.ts';
import type { StatusSnapshot } from '../../src/telemetry/status/snapshot.ts';
import { injectServer } from '../support/inject-server.ts';
import { CALM } from '../support/status-parts.ts';

const EVIL = '<script>alert("x")</script>';
const ESCAPED = '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;';

/** Nothing is as it should be, and callers have chosen their names. */
const TROUBLE: StatusSnapshot = {
  ...CALM,
  verdict: { level: 'bad', sentence: 'It is the GLM account', remedy: 'check the key' },
  worker: {
    ...CALM.worker,
    models: [
      { name: EVIL, glmModel: 'glm-4.6', chats: true, embeds: false },
      { name: 'glm-4.6', glmModel: 'glm-4.6', chats: true, embeds: false },
      { name: 'embedding-3', glmModel: 'embedding-3', chats: false, embeds: true },
    ],
  },
  registration: { ...CALM.registration, state: 'failing', reason: EVIL, remedy: 'start it' },
  failures: [
    {
      ...{ kind: 'key_invalid', place: 'account', requests: 1, attempts: 1, newestAt: CALM.at },
      ...{ model: EVIL, account: '#1', requestId: 'a', upstreamCode: '1002' },
      ...{ upstreamStatus: 401, remedy: 'check ZHIPUAI_API_KEY' },
    },
    {
      ...{ kind: 'upstream_error', place: 'glm', requests: 0, attempts: 2, newestAt: CALM.at },
      ...{ model: '', account: null, requestId: 'b', upstreamCode: null, upstreamStatus: 502 },
      remedy: 'wait',
    },
    {
      ...{ kind: 'queue_full', place: 'worker', requests: 3, attempts: 0, newestAt: CALM.at },
      ...{ model: 'm', account: null, requestId: 'c', upstreamCode: null, upstreamStatus: null },
      remedy: 'raise QUEUE_LIMIT',
    },
  ],
  load: {
    ...{ running: 9, waiting: 2, longestWaitMs: 61_000, limit: 10 },
    queue: [{ name: EVIL, reason: 'learned_limit', waiting: 2, longestWaitMs: 61_000 }],
    endpoints: [
      {
        ...{ account: '#1', model: 'glm-4.6', running: 9, limit: 5, outage: true },
        ...{ restsForMs: 5000, restsBecause: 'key_invalid' },
      },
      {
        ...{ account: '#2', model: 'glm-4.6', running: 1, limit: 0, outage: false },
        ...{ restsForMs: null, restsBecause: null },
      },
    ],
    history: [
      { running: 0, waiting: 0 },
      { running: 4, waiting: 2 },
    ],
    historyStepMs: 60_000,
  },
  lastReload: { at: CALM.at, isTaken: false, reason: EVIL },
  active: [
    { requestId: EVIL, name: EVIL, state: 'waiting', reason: 'retry', forMs: 1500 },
    { requestId: 'r', name: 'm', state: 'running', reason: null, forMs: 12_345 },
  ],
  requests: [
    {
      ...{ at: CALM.at, requestId: EVIL, path: EVIL, model: EVIL, answeredBy: 'glm-4.6' },
      ...{ outcome: 'key_invalid', upstreamCode: '1002', attempts: 2, waitedMs: 1 },
      ...{ firstTextMs: null, totalMs: 2, promptTokens: null, completionTokens: null },
    },
    {
      ...{ at: CALM.at, requestId: 'b', path: '/p', model: 'm', answeredBy: '', outcome: 'left' },
      ...{ upstreamCode: null, attempts: 0, waitedMs: 1, firstTextMs: 5, totalMs: 9 },
      ...{ promptTokens: 3, completionTokens: 4 },
    },
    {
      ...{ at: CALM.at, requestId: 'c', path: '/p', model: 'm', answeredBy: 'm', outcome: 'done' },
      ...{ upstreamCode: null, attempts: 1, waitedMs: 1, firstTextMs: 5, totalMs: 9 },
      ...{ promptTokens: 3, completionTokens: 4 },
    },
  ],
};

/** The texts of the parts, line by line. */
const SHOWN = {
  CALM: {
    verdict: ['Registered and answering.'],
    controller: [
      'registered',
      'Since',
      '03:00:01 UTC',
      'Last heart beat',
      '03:04:00 UTC',
      'Address of this worker',
      'http://worker:21002',
      'Controller',
      'http://controller:21001',
    ],
    failures: ['none', 'in the last 5 minutes'],
    load: [
      '0',
      'of 256',
      'running',
      '0',
      'waiting',
      '–',
      'longest wait',
      '0 min ago',
      'running',
      'waiting',
      'at most 1',
      'now',
    ],
    requests: ['No request has come since the worker started.'],
    models: ['zhipu-api (glm-4.6)'],
  },
  TROUBLE: {
    verdict: ['It is the GLM account', 'What to do', 'check the key'],
    controller: [
      'the controller does not answer',
      'Since',
      '03:00:01 UTC',
      'Last heart beat',
      '03:04:00 UTC',
      'Address of this worker',
      'http://worker:21002',
      'Controller',
      'http://controller:21001',
      'Reason',
      ESCAPED,
    ],
    failures: [
      'the GLM account',
      'key_invalid',
      '1 request, 1 try · newest',
      '03:04:05 UTC',
      `· ${ESCAPED} · account #1 · GLM says`,
      '1002',
      'What to do',
      'check ZHIPUAI_API_KEY',
      'GLM',
      'upstream_error',
      '2 tries · newest',
      '03:04:05 UTC',
      '· – · GLM says',
      'HTTP 502',
      'What to do',
      'wait',
      'this worker',
      'queue_full',
      '3 requests · newest',
      '03:04:05 UTC',
      '· m',
      'What to do',
      'raise QUEUE_LIMIT',
    ],
    load: [
      '9',
      'of 10',
      'running',
      '2',
      'waiting',
      '1 min 1 s',
      'longest wait',
      '2 min ago',
      'running',
      'waiting',
      'at most 4',
      'now',
      '2 for',
      ESCAPED,
      ': GLM grants the account no more at once.',
      'ask GLM for a higher limit, or add a key of another account to ZHIPUAI_API_KEY',
      'account #1 ·',
      'glm-4.6',
      'rests 5.0 s: key_invalid',
      'answers nobody',
      '9 of 5',
      'account #2 ·',
      'glm-4.6',
      '1 of 0',
    ],
    speed: [
      '–',
      'first text, half of them',
      '–',
      'first text, 95 of 100',
      '–',
      'tokens/s of an answer',
      '0',
      'tokens/s in all',
      '0 answers in the last 5 minutes',
    ],
    changes: [
      'Version',
      '1.2.3 on Node.js v20.19.0',
      'Started',
      '03:00:00 UTC',
      '(',
      '03:00:00 UTC',
      ')',
      'MODELS_FILE read again',
      '03:04:05 UTC',
      ':',
      `not taken, ${ESCAPED}`,
      'Settings that are not the default',
      'LOG_LEVEL',
      'debug',
      'All 2 settings',
      'PORT',
      '21002',
      'LOG_LEVEL',
      'debug',
    ],
    requests: [
      'now',
      ESCAPED,
      ESCAPED,
      'waiting',
      'GLM refused them, and they wait before the next try',
      '1.5 s',
      '–',
      '1.5 s',
      '–',
      'now',
      'r',
      'm',
      'running',
      '–',
      '–',
      '12 s',
      '–',
      '03:04:05 UTC',
      ESCAPED,
      ESCAPED,
      'glm-4.6',
      'key_invalid',
      'GLM says 1002 · 2 tries',
      '1 ms',
      '–',
      '2 ms',
      '–',
      '03:04:05 UTC',
      'b',
      'm',
      'the caller left',
      '1 ms',
      '5 ms',
      '9 ms',
      '3 + 4',
      '03:04:05 UTC',
      'c',
      'm',
      'answered',
      '1 ms',
      '5 ms',
      '9 ms',
      '3 + 4',
    ],
    models: [`${ESCAPED} (glm-4.6)`, 'glm-4.6'],
  },
};

/** Of a worker in trouble. */
const REPORT = [
  '### glm-worker 1.2.3, Node.js v20.19.0',
  '',
  '- at 2026-01-02T03:04:05.000Z, started 2026-01-02T03:00:00.000Z, MODELS_FILE read again: 2026-01-02T03:04:05.000Z, taken: false',
  '- bad: It is the GLM account check the key',
  '- registration: failing, last beat 2026-01-02T03:04:00.000Z, refused',
  '- load: 9 of 10 running, 2 waiting, longest 61000 ms',
  '- account #1 at glm-4.6: 9 of 5, outage: true, rests: key_invalid',
  '- account #2 at glm-4.6: 1 of 0, outage: false, rests: null',
  '- first text: p50 null ms, p95 null ms of 0 answers',
  '',
  '| failure | requests | attempts | GLM says | newest |',
  '|---|---|---|---|---|',
  '| key_invalid | 1 | 1 | 1002 | 2026-01-02T03:04:05.000Z |',
  '| upstream_error | 0 | 2 | 502 | 2026-01-02T03:04:05.000Z |',
  '| queue_full | 3 | 0 | null | 2026-01-02T03:04:05.000Z |',
  '',
  '```sh',
  'LOG_LEVEL=debug',
  `NO_PROXY=${'x'.repeat(200)}`,
  '```',
  '',
];

/** The texts that a reader sees, one a line. */
function textOf(markup: string): string {
  return markup.replace(/<[^>]*>/g, '\n').replace(/\s*\n\s*/g, '\n');
}

const PATHS = ['/', '/status.json', '/status/report', '/status/events'];

const get = { method: 'GET' } as const;

t.test('without STATUS_PAGE none of it is there', async (t) => {
  const { ask } = injectServer(t);
  for (const path of PATHS) t.equal((await ask(path, get)).status, 404, path);
});

t.test('the page says everything without a script, with nothing from elsewhere', async (t) => {
  const { server } = injectServer(t, { features: { statusPage: true }, makeStatus: () => TROUBLE });
  for (const url of ['/', '/glm/']) {
    const { statusCode, headers, body } = await server.inject({ url });
    t.equal(statusCode, 200);
    const [, nonce = ''] =
      /style-src 'nonce-([\w+/]{22}==)'/.exec(String(headers['content-security-policy'])) ?? [];
    t.match(headers, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; ` +
        "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; " +
        "frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    const inline = [...body.matchAll(/<(?:script|style)[^>]*>/g)].map(([tag]) => tag);
    t.strictSame(
      [...new Set(inline.map((tag) => tag.replace(/ type="module"/, '')))],
      [`<style nonce="${nonce}">`, `<script nonce="${nonce}">`],
    );
    t.notMatch(body, /(?:src|href)="(?:https?:)?\/\//, 'nothing from another host');
    t.notMatch(body.replaceAll(/<script type="module".*?<\/script>/gs, ''), EVIL);
    for (const word of ['It is the GLM account', 'check the key', 'key_invalid', ESCAPED]) {
      t.match(body, word);
    }
  }
});

t.test('every answer has a nonce of its own', async (t) => {
  const { server } = injectServer(t, { features: { statusPage: true } });
  const policies = [await server.inject({ url: '/' }), await server.inject({ url: '/' })].map(
    ({ headers }) => headers['content-security-policy'],
  );
  t.not(policies[0], policies[1]);
});

t.test('it tells the script whether the worker stops', async (t) => {
  const told = async (draining: boolean) => {
    const makeStatus = () => ({ ...CALM, worker: { ...CALM.worker, draining } });
    const { server } = injectServer(t, { features: { statusPage: true }, makeStatus });
    return /data-stopping="(\w+)"/.exec((await server.inject({ url: '/' })).body)?.[1];
  };
  t.strictSame([await told(false), await told(true)], ['no', 'yes']);
});

t.test('it links to what else there is', async (t) => {
  const links = async (features: object) => {
    const { server } = injectServer(t, { features: { statusPage: true, ...features } });
    const { body } = await server.inject({ url: '/' });
    return [...body.matchAll(/<a href="([^"]*)"/g)].map(([, href]) => href);
  };
  t.strictSame(await links({}), ['status.json']);
  t.strictSame(await links({ docs: true, metrics: true }), ['status.json', 'docs', 'metrics']);
});

t.test('JSON and report are those of the same moment', async (t) => {
  const { server, ask } = injectServer(t, {
    features: { statusPage: true },
    makeStatus: () => TROUBLE,
  });
  const { status, headers, body } = await ask('/status.json', get);
  t.strictSame([status, body], [200, TROUBLE]);
  t.match(headers, { 'content-type': /^application\/json/, 'cache-control': 'no-store' });
  const report = await server.inject({ url: '/status/report' });
  t.match(report.headers, { 'content-type': 'text/markdown; charset=utf-8' });
  t.equal(report.body, statusReport(TROUBLE));
});

t.test('the report has what an issue needs, and no request of anybody', async (t) => {
  const long = { name: 'NO_PROXY', value: 'x'.repeat(1000), isDefault: false };
  const registration = { ...TROUBLE.registration, reason: 'refused' };
  const settings = [...CALM.settings, long];
  t.strictSame(statusReport({ ...TROUBLE, registration, settings }).split('\n'), REPORT);
  t.match(statusReport(CALM), 'MODELS_FILE read again: never');
});

t.test('a calm worker and one in trouble, as a reader sees them', async (t) => {
  const snapshots = { CALM, TROUBLE };
  for (const name of ['CALM', 'TROUBLE'] as const) {
    const parts: Readonly<Record<string, string>> = partsOf(snapshots[name]);
    for (const [part, lines] of Object.entries(SHOWN[name])) {
      t.strictSame(textOf(String(parts[part])).trim().split('\n'), lines, `${name}: ${part}`);
    }
  }
});

t.test('what stands for other states of a worker', async (t) => {
  const words = (more: Partial<StatusSnapshot>) => partsOf({ ...CALM, ...more });
  const at = (state: StatusSnapshot['registration']['state']) =>
    textOf(words({ registration: { ...CALM.registration, state } }).controller).split('\n')[1];
  t.strictSame((['off', 'draining', 'not_registered'] as const).map(at), [
    ...['no controller', 'leaving', 'not registered'],
  ]);
  const taken = { at: CALM.at, isTaken: true, reason: null };
  t.match(textOf(words({ lastReload: taken }).changes), ': taken\n');
  const { load } = words({ load: { ...CALM.load, history: [] } });
  t.match(load, 'points=""');
});

t.test('numbers and moments are written as people read them', async (t) => {
  const spans = [0, 999, 1234, 9999, 59_400, 125_000, 3_600_000, 90_000_000, 200_000_000];
  t.strictSame(spans.map(duration), [
    ...['0 ms', '999 ms', '1.2 s', '10.0 s', '59 s', '2 min 5 s', '1 h 0 min'],
    ...['1 d 1 h', '2 d 7 h'],
  ]);
  t.strictSame([plural(1, 'answer'), plural(2, 'answer')], ['1 answer', '2 answers']);
  t.strictSame([orDash(null), orDash(''), orDash(0)], ['–', '–', '0']);
  t.strictSame([age(null).markup, hour(null).markup], ['–', '–']);
});
