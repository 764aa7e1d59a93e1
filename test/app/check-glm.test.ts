// The one question to GLM at start: what its answers mean, and that none of them is in the way.

import t, { type Test } from 'tap';
import { checkGlm } from '../../src/app/check-glm.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { Redactor } from '../../src/telemetry/redactor.ts';
import { freePort } from '../support/free-port.ts';
import { createLogSink } from '../support/log-sink.ts';
import { waitsForSilence } from '../support/silence.ts';
import { clientOf, KEY, startUpstream } from '../support/upstream.ts';

const MODELS = ['glm-4.6', 'embedding-3'];

/** The lines of one check of what is at `url`, without their time. */
async function linesOf(t: Test, baseUrl: string, signal = new AbortController().signal) {
  const logs = createLogSink();
  const logger = createLogger({ level: 'debug', redactor: new Redactor([KEY]) }, logs);
  const client = clientOf(t, baseUrl);
  await checkGlm({ label: '#1', keyHint: '', baseUrl, client, models: MODELS }, logger, signal);
  return logs.lines.map(({ time, ...line }) => line);
}

async function answered(t: Test, status: number, body: string, path = '/api/paas/v4') {
  const upstream = await startUpstream(t, (response) => response.writeHead(status).end(body));
  const baseUrl = upstream.url + path;
  return { baseUrl, lines: await linesOf(t, baseUrl), arrivals: upstream.arrivals };
}

const listOf = (...ids: string[]) =>
  JSON.stringify({ object: 'list', data: ids.map((id) => ({ id })) });

t.test('a list with all models in it is no news', async (t) => {
  const { lines, arrivals } = await answered(t, 200, listOf('GLM-4.6', 'embedding-3', 'more'));
  t.strictSame(lines, [{ level: 'debug', account: '#1', msg: 'GLM lists all models' }]);
  t.match(arrivals, [{ method: 'GET', path: '/api/paas/v4/models', body: '' }]);
  t.equal(arrivals[0]?.headers.authorization, `Bearer ${KEY}`);
});

t.test('models that are not listed are one warning', async (t) => {
  const { lines, baseUrl } = await answered(t, 200, listOf('glm-5'));
  t.strictSame(lines, [
    {
      level: 'warn',
      account: '#1',
      baseUrl,
      models: MODELS,
      remedy:
        'check the ids; GLM may have retired them, or keep old ones off its list that still answer',
      msg: 'GLM does not list a model',
    },
  ]);
});

for (const [told, status, body, path, failure, remedy] of [
  [
    'a refused key',
    401,
    `{"error":{"code":"1002","message":"${KEY}"}}`,
    '/v4',
    'key_invalid',
    /^check ZHIPUAI_API_KEY/,
  ],
  ['an address without its path', 404, '', '', 'address_wrong', /^nothing answers at this path/],
  ['a page of HTML', 200, '<p>hello</p>', '/v4', 'upstream_malformed', /check the address$/],
  [
    'a list of something else',
    200,
    '{"data":[{"name":"x"}]}',
    '/v4',
    'upstream_malformed',
    /check the address$/,
  ],
  ['an empty list', 200, '{"data":[]}', '/v4', 'upstream_malformed', /check the address$/],
  ['a redirect', 302, '', '/v4', 'upstream_malformed', /check the address$/],
  [
    'money',
    429,
    '{"error":{"code":"1113","message":"?"}}',
    '/v4',
    'quota_exhausted',
    /coding-plan/,
  ],
] as const) {
  t.test(`${told} is one warning with its remedy, and no secret in it`, async (t) => {
    const { lines, baseUrl } = await answered(t, status, body, path);
    const msg = 'GLM does not answer as expected';
    t.match(lines, [{ level: 'warn', account: '#1', baseUrl, failure, remedy, msg }]);
    t.equal(lines.length, 1);
    t.notMatch(JSON.stringify(lines), KEY);
  });
}

for (const [told, status, body] of [
  ['no list under a good address', 404, ''],
  ['a refusal for load', 429, '{"error":{"code":"1302","message":"?"}}'],
  ['a code that is not known', 400, '{"error":{"code":"7","message":"?"}}'],
] as const) {
  t.test(`${told} is no news`, async (t) => {
    const { lines } = await answered(t, status, body);
    t.match(lines, [{ level: 'debug', msg: 'GLM offers no list of models' }]);
    t.equal(lines.length, 1);
  });
}

t.test('an address where nobody is says why', async (t) => {
  const lines = await linesOf(t, `http://127.0.0.1:${await freePort()}/v4`);
  t.match(lines, [{ level: 'warn', failure: 'upstream_unreachable', why: /ECONNREFUSED/ }]);
});

t.test('silence is waited for 15 s, and ends at once with the worker', async (t) => {
  const ask = (url: string, signal?: AbortSignal) => linesOf(t, url, signal);
  await waitsForSilence(t, ask, { ms: 15_000, line: { failure: 'upstream_timeout' } });
});
