// What each report and event becomes as a number, and that no caller can make more series than there
// should be.

import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import type { AdmissionSnapshot, EndpointSnapshot } from '../../../src/admission/admission.ts';
import { Failure } from '../../../src/failure/failure.ts';
import { ModelError } from '../../../src/model/model-error.ts';
import { createMetrics, type MetricsSources } from '../../../src/telemetry/metrics/metrics.ts';
import { WorkerTally } from '../../../src/telemetry/worker-tally.ts';
import type { RequestReport } from '../../../src/worker/observer.ts';
import { sampleOf, seriesOf } from '../../support/metrics-text.ts';

const EMPTY: AdmissionSnapshot = {
  ...{ running: 0, waiting: 0, longestWaitMs: 0 },
  ...{ queue: [], shares: [], fallbacks: [], endpoints: [] },
};

const ENDPOINT: EndpointSnapshot = {
  ...{ account: '#1', model: 'glm-4.6', limit: 5, inFlight: 0, restsUntil: null },
  ...{ lastAcceptedAt: null, outage: false, restsBecause: null },
};

const REPORT: RequestReport = {
  requestId: 'r1',
  path: '/p',
  operation: 'chat',
  model: 'chat',
  upstreamModel: 'glm-4.6',
  fallback: null,
  outcome: { is: 'done', finish: 'stop' },
  usage: null,
  countedUsage: null,
  upstreamRequestId: null,
  failedAttempts: [],
  account: null,
  onlyReasoning: false,
  attempts: 1,
  waitedMs: 40,
  firstTextMs: 300,
  totalMs: 2300,
};

/** Metrics of a worker that serves `chat` and `vectors` and whose clock stands at 1,000 seconds. */
function metricsOf(more: Partial<MetricsSources> = {}) {
  const tally = new WorkerTally(() => 1_000_000);
  const metrics = createMetrics({
    ...{ version: '1.2.3', node: 'v20.0.0', tally, written: { frames: 3, bytes: 300 } },
    isDraining: () => false,
    registration: null,
    admission: () => EMPTY,
    servedNames: () => ['chat', 'vectors'],
    isKnownCode: (code) => code === '1302',
    ...more,
  });
  const series = async (name: string) =>
    seriesOf(await metrics.registry.metrics(), `glm_worker_${name}`).map((line) =>
      line.replace('glm_worker_', ''),
    );
  const value = async (name: string) =>
    sampleOf(await metrics.registry.metrics(), `glm_worker_${name}`);
  return { ...metrics, tally, series, value };
}

t.test('requests are counted by what became of them', async (t) => {
  const { requests, series } = metricsOf();
  const failed = { is: 'failed', failure: new Failure('key_invalid') } as const;
  requests.requestFinished(REPORT);
  requests.requestFinished(REPORT);
  requests.requestFinished({ ...REPORT, outcome: { is: 'left' } });
  requests.requestFinished({
    ...REPORT,
    operation: 'embeddings',
    model: 'vectors',
    outcome: failed,
  });
  t.strictSame(await series('requests_total'), [
    'requests_total{operation="chat",model="chat",outcome="done"} 2',
    'requests_total{operation="chat",model="chat",outcome="left"} 1',
    'requests_total{operation="embeddings",model="vectors",outcome="key_invalid"} 1',
  ]);
});

t.test('a thousand invented names are one', async (t) => {
  const { requests, series } = metricsOf();
  const failure = new Failure('model_not_served');
  for (let index = 0; index < 1000; index++) {
    const model = `invented-${index}`;
    requests.requestFinished({ ...REPORT, model, outcome: { is: 'failed', failure } });
    requests.unknownModel(model, 'chat');
  }
  t.strictSame(await series('requests_total'), [
    'requests_total{operation="chat",model="other",outcome="model_not_served"} 1000',
  ]);
  t.strictSame(
    (await series('')).filter((line) => line.includes('invented')),
    [],
  );
});

t.test('a name that was served stays itself while the worker drains', async (t) => {
  let served = ['chat'];
  const { requests, series } = metricsOf({ servedNames: () => served });
  requests.requestFinished(REPORT);
  served = [];
  requests.requestFinished(REPORT);
  t.strictSame(await series('requests_total'), [
    'requests_total{operation="chat",model="chat",outcome="done"} 2',
  ]);
});

t.test('times are seconds; only answers have a duration, and text only chats', async (t) => {
  const { requests, series, value } = metricsOf();
  requests.requestFinished(REPORT);
  requests.requestFinished({ ...REPORT, outcome: { is: 'left' }, firstTextMs: null });
  const duration = '{operation="chat",model="chat"}';
  t.equal(await value(`request_duration_seconds_sum${duration}`), 2.3);
  t.equal(await value(`request_duration_seconds_count${duration}`), 1);
  t.equal(await value('queue_time_seconds_sum{model="chat"}'), 0.08);
  t.equal(await value('queue_time_seconds_count{model="chat"}'), 2);
  t.equal(await value('time_to_first_text_seconds_sum{model="chat"}'), 0.3);
  t.equal(await value('time_to_first_text_seconds_count{model="chat"}'), 1);
  t.strictSame(await series('time_per_output_token_seconds_count'), []);
  const bounds = (await series('request_duration_seconds_bucket')).map(
    (line) => /le="([^"]+)"/.exec(line)?.[1],
  );
  t.equal(bounds.join(' '), '0.1 0.25 0.5 1 2.5 5 10 20 40 60 120 300 600 1800 3600 +Inf');
});

t.test('tokens are those that GLM has counted; an estimate is not told', async (t) => {
  const { requests, series, value } = metricsOf();
  const usage = { promptTokens: 10, completionTokens: 21, totalTokens: 31 };
  requests.requestFinished({ ...REPORT, usage });
  t.strictSame(await series('tokens_total'), []);
  requests.requestFinished({ ...REPORT, usage, countedUsage: usage });
  t.strictSame(await series('tokens_total'), [
    'tokens_total{model="chat",type="input"} 10',
    'tokens_total{model="chat",type="output"} 21',
    'tokens_total{model="chat",type="cached"} 0',
    'tokens_total{model="chat",type="reasoning"} 0',
  ]);
  // 2 seconds after the first text, for the 20 tokens after the first.
  t.equal(await value('time_per_output_token_seconds_sum{model="chat"}'), 0.1);
});

t.test('of cached tokens and thoughts as much is told as GLM tells', async (t) => {
  const { requests, series, value } = metricsOf();
  const usage = { promptTokens: 10, completionTokens: 31, totalTokens: 41 };
  const countedUsage = { ...usage, cachedTokens: 8, reasoningTokens: 10 };
  requests.requestFinished({ ...REPORT, countedUsage });
  t.strictSame(await series('tokens_total'), [
    'tokens_total{model="chat",type="input"} 10',
    'tokens_total{model="chat",type="output"} 31',
    'tokens_total{model="chat",type="cached"} 8',
    'tokens_total{model="chat",type="reasoning"} 10',
  ]);
  // Thoughts come before the first text, whose time it is.
  t.equal(await value('time_per_output_token_seconds_sum{model="chat"}'), 0.1);
});

t.test('an answer of one token, or that broke off, has no speed', async (t) => {
  const { requests, series } = metricsOf();
  const one = { promptTokens: 10, completionTokens: 1, totalTokens: 11 };
  requests.requestFinished({ ...REPORT, countedUsage: one });
  const many = { promptTokens: 10, completionTokens: 20, totalTokens: 30 };
  requests.requestFinished({ ...REPORT, countedUsage: many, outcome: { is: 'left' } });
  requests.requestFinished({ ...REPORT, countedUsage: many, firstTextMs: null });
  t.strictSame(await series('time_per_output_token_seconds_count'), []);
});

t.test('attempts are counted by how they ended, retries and fallbacks by why', async (t) => {
  const { attempts, series, value } = metricsOf();
  const asked = { requestId: 'r1', model: 'glm-4.6', account: '#1', attempt: 1 };
  const refused = new ModelError('rate_limited', { status: 429, code: '1302' });
  const cut = new ModelError('upstream_cut');
  attempts.attemptFailed({ ...asked, error: refused, nextWaitMs: 500 });
  attempts.attemptFailed({ ...asked, error: cut, nextWaitMs: null });
  attempts.attemptAnswered({ ...asked, acceptedMs: 250 });
  attempts.attemptAnswered({ ...asked, acceptedMs: null });
  attempts.fallbackTaken({ requestId: 'r1', from: 'chat', to: 'spare', reason: 'outage' });
  // What is no number.
  attempts.queued({ requestId: 'r1', name: 'chat', reason: 'retry' });
  attempts.permitted({ ...asked, name: 'chat' });
  attempts.accountRested({ account: '#1', model: null, error: cut, forMs: 1 });
  attempts.limitLearned({ account: '#1', model: 'glm-4.6', limit: 1, before: 2 });
  attempts.outageChanged({ account: '#1', model: 'glm-4.6', isOn: true });
  t.strictSame(await series('upstream_requests_total'), [
    'upstream_requests_total{model="glm-4.6",code="1302"} 1',
    'upstream_requests_total{model="glm-4.6",code="cut"} 1',
    'upstream_requests_total{model="glm-4.6",code="ok"} 2',
  ]);
  t.strictSame(await series('upstream_retries_total'), [
    'upstream_retries_total{model="glm-4.6",reason="rate_limited"} 1',
  ]);
  t.strictSame(await series('fallbacks_total'), [
    'fallbacks_total{from="chat",to="spare",reason="outage"} 1',
  ]);
  t.equal(await value('upstream_first_byte_seconds_sum{model="glm-4.6"}'), 0.25);
  t.equal(await value('upstream_first_byte_seconds_count{model="glm-4.6"}'), 1);
});

t.test('the load is what admission says at the moment of the scrape', async (t) => {
  const wait = { name: 'chat', kind: 'chat', longestWaitMs: 1 } as const;
  let admission: AdmissionSnapshot = {
    ...EMPTY,
    shares: [
      { name: 'chat', running: 2, max: 5 },
      { name: 'vectors', running: 0, max: 5 },
    ],
    queue: [
      { ...wait, reason: 'retry', waiting: 2 },
      { ...wait, reason: 'own_limit', waiting: 1 },
    ],
    endpoints: [
      { ...ENDPOINT, restsBecause: 'model_not_permitted' },
      { ...ENDPOINT, account: '#2', limit: 7, restsBecause: 'key_invalid' },
      { ...ENDPOINT, account: '#2', model: 'embedding-3' },
    ],
  };
  const { series } = metricsOf({ admission: () => admission });
  const load = async () => [
    ...(await series('requests_running')),
    ...(await series('requests_waiting')),
    ...(await series('concurrency_limit')),
    ...(await series('account_resting')),
  ];
  t.strictSame(await load(), [
    'requests_running{model="chat"} 2',
    'requests_running{model="vectors"} 0',
    'requests_waiting{model="chat"} 3',
    'requests_waiting{model="vectors"} 0',
    'concurrency_limit{model="glm-4.6",account="#1"} 5',
    'concurrency_limit{model="glm-4.6",account="#2"} 7',
    'concurrency_limit{model="embedding-3",account="#2"} 5',
    'account_resting{account="#1"} 0',
    'account_resting{account="#2"} 1',
  ]);
  admission = { ...EMPTY, shares: [{ name: 'chat', running: 1, max: 5 }] };
  t.strictSame(await load(), [
    'requests_running{model="chat"} 1',
    'requests_waiting{model="chat"} 0',
  ]);
});

t.test('the worker tells what it is and what it was told', async (t) => {
  let draining = false;
  const { tally, value, series } = metricsOf({ isDraining: () => draining });
  t.equal(await value('build_info{version="1.2.3",node="v20.0.0"}'), 1);
  const rest = async () =>
    [
      ...(await series('draining')),
      ...(await series('frames_total')),
      ...(await series('sent_bytes_total')),
      ...(await series('token_renewals_total')),
      ...(await series('auth_failures_total')),
      ...(await series('models_reload')),
    ].map((line) => line.split(' ')[1]);
  t.strictSame(await rest(), ['0', '3', '300', '0', '0', '1000', '1']);
  draining = true;
  tally.tokenRenewals = 1;
  tally.authFailures = 2;
  tally.reloaded(false);
  t.strictSame(await rest(), ['1', '3', '300', '1', '2', '1000', '0']);
});

t.test('a worker with a controller tells how it stands with it', async (t) => {
  let state: { isRegistered: boolean; acceptedAt: number | null } = {
    isRegistered: false,
    acceptedAt: null,
  };
  const { tally, series } = metricsOf({ registration: () => state });
  const told = async () => [
    ...(await series('registered')),
    ...(await series('heart_beat')),
    ...(await series('controller')),
  ];
  t.strictSame(await told(), [
    'registered 0',
    'heart_beat_failures_total 0',
    'controller_forgot_total 0',
  ]);
  state = { isRegistered: true, acceptedAt: 500_000 };
  tally.registered();
  tally.failed();
  tally.forgotten();
  tally.forgotten();
  t.strictSame(await told(), [
    'registered 1',
    'heart_beat_accepted_timestamp_seconds 500',
    'heart_beat_failures_total 1',
    'controller_forgot_total 2',
  ]);
});

t.test('a worker without a controller says nothing of one', async (t) => {
  const { series } = metricsOf();
  t.strictSame([...(await series('registered')), ...(await series('heart_beat'))], []);
});

t.test('of the process there is what an operator asks for', async (t) => {
  const { registry, value } = metricsOf();
  const names = registry.getMetricsAsArray().map(({ name }) => name);
  const process = names.filter((name) => !name.startsWith('glm_worker_'));
  t.match(process, ['process_cpu_user_seconds_total', 'process_cpu_system_seconds_total']);
  for (const name of ['process_resident_memory_bytes', 'process_open_fds', 'process_max_fds']) {
    t.ok(process.includes(name), name);
  }
  t.ok(process.includes('nodejs_eventloop_lag_p99_seconds'));
  t.strictSame(
    process.filter((name) => /_active_|heap_space|version_info/.test(name)),
    [],
  );
  // Newer versions of Node may come here before the loop has turned once.
  await turn();
  t.ok(Number(await value('event_loop_active_seconds_total')) > 0);
});
