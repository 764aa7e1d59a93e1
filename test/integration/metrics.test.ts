// `/metrics` of a whole worker: every number comes from where it should, and off means not loaded.

import { createRequire } from 'node:module';
import t from 'tap';
import { call } from '../support/http-call.ts';
import { sampleOf } from '../support/metrics-text.ts';
import { startWithModels } from '../support/start-with-models.ts';
import { startWorker, type TestWorker } from '../support/start-worker.ts';
import { withController } from '../support/with-controller.ts';

/** Whether the library is in this process. */
const isLoaded = () =>
  Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('prom-client'));

// First, as nothing unloads what another test has loaded.
t.test('metrics that are off are not there, and nothing of them is loaded', async (t) => {
  const { url } = await startWorker(t, { METRICS: 'off' });
  const { status } = await call(t, `${url}/metrics`, { method: 'GET' });
  t.strictSame([status, isLoaded()], [404, false]);
  await startWorker(t, { METRICS: 'on' });
  t.equal(isLoaded(), true);
});

/** The values of series, without the prefix, in a scrape. */
async function scrape(t: Parameters<typeof call>[0], url: string, series: readonly string[]) {
  const { body } = await call(t, `${url}/metrics`, { method: 'GET' });
  const text = body.toString();
  return Object.fromEntries(series.map((one) => [one, sampleOf(text, `glm_worker_${one}`)]));
}

t.test('a scrape is text in the format of Prometheus, under the prefix too', async (t) => {
  const { url } = await startWorker(t, { WORKER_ADDRESS: 'http://127.0.0.1:1/glm' });
  for (const path of ['/metrics', '/glm/metrics']) {
    const { status, headers, body } = await call(t, url + path, { method: 'GET' });
    t.strictSame(
      [status, headers['content-type']],
      [200, 'text/plain; version=0.0.4; charset=utf-8'],
    );
    t.match(body.toString(), /^# HELP glm_worker_requests_total \S.*\n# TYPE \S+ counter\n/);
  }
});

t.test('a chat with a retry is in every number that it concerns', async (t) => {
  const { url, glm, stream } = await startWorker(t);
  glm.script({ kind: 'error', status: 500, code: '500' }, { kind: 'chat', text: 'here it is' });
  const { frames, body } = await stream().reply;
  await stream({ model: 'invented' }).reply;
  const text = (await call(t, `${url}/metrics`, { method: 'GET' })).body.toString();
  const expected = {
    'requests_total{operation="chat",model="zhipu-api",outcome="done"}': 1,
    'requests_total{operation="chat",model="other",outcome="model_not_served"}': 1,
    'upstream_requests_total{model="glm-4",code="500"}': 1,
    'upstream_requests_total{model="glm-4",code="ok"}': 1,
    'upstream_retries_total{model="glm-4",reason="upstream_error"}': 1,
    'upstream_first_byte_seconds_count{model="glm-4"}': 1,
    'time_to_first_text_seconds_count{model="zhipu-api"}': 1,
    'requests_running{model="zhipu-api"}': 0,
    'concurrency_limit{model="glm-4",account="#1"}': 5,
    'account_resting{account="#1"}': 0,
  };
  t.strictSame(await scrape(t, url, Object.keys(expected)), expected);
  t.equal(sampleOf(text, 'glm_worker_frames_total'), frames.length + 1);
  t.ok(Number(sampleOf(text, 'glm_worker_sent_bytes_total')) > body.length);
  const usage = Object(frames.at(-1)).usage;
  t.equal(
    sampleOf(text, 'glm_worker_tokens_total{model="zhipu-api",type="output"}'),
    usage.completion_tokens,
  );
});

/** Asks for a chat that GLM refuses for the token, and then answers. */
async function refusedToken({ glm, stream }: TestWorker): Promise<void> {
  glm.script({ kind: 'error', status: 401, code: '1003' });
  await stream().reply;
}

t.test('a refused token is a renewal', async (t) => {
  const worker = await startWorker(t);
  await refusedToken(worker);
  t.strictSame(await scrape(t, worker.url, ['token_renewals_total']), { token_renewals_total: 1 });
});

t.test(
  'a scrape shows the credentials of the address, and those without are counted',
  async (t) => {
    const { url } = await startWorker(t, { WORKER_ADDRESS: 'http://u:p@127.0.0.1:1' });
    const headers = { authorization: `Basic ${btoa('u:p')}` };
    const get = (more = {}) => call(t, `${url}/metrics`, { method: 'GET', ...more });
    t.equal((await get()).status, 401);
    const { status, body } = await get({ headers });
    t.equal(status, 200);
    t.equal(sampleOf(body.toString(), 'glm_worker_auth_failures_total'), 1);
  },
);

t.test('the registration is told as the controller has it', async (t) => {
  const controller = await withController(t);
  const env = { NO_REGISTER: 'false', CONTROLLER_ADDRESS: controller.url };
  const before = Date.now() / 1000;
  const { url, logs } = await startWorker(t, env);
  await logs.waitFor('registered');
  const names = ['registered', 'controller_forgot_total', 'heart_beat_failures_total'];
  const zero = { controller_forgot_total: 0, heart_beat_failures_total: 0 };
  t.strictSame(await scrape(t, url, names), { registered: 1, ...zero });
  const at = 'heart_beat_accepted_timestamp_seconds';
  const acceptedAt = Number((await scrape(t, url, [at]))[at]);
  t.ok(acceptedAt > before - 1 && acceptedAt <= Date.now() / 1000 + 1, String(acceptedAt));
});

t.test('a controller that does not answer is a failure at each try', async (t) => {
  const controller = await withController(t);
  controller.fail('http500');
  const env = { NO_REGISTER: 'false', CONTROLLER_ADDRESS: controller.url };
  const { url, logs } = await startWorker(t, env);
  await logs.waitFor('the controller answered unexpectedly');
  const names = [
    'registered',
    'heart_beat_failures_total',
    'heart_beat_accepted_timestamp_seconds',
  ];
  t.match(await scrape(t, url, names), {
    registered: 0,
    heart_beat_failures_total: Number,
    heart_beat_accepted_timestamp_seconds: undefined,
  });
});

t.test('a reload that is not taken is told', async (t) => {
  const worker = await startWithModels(t, { a: {} });
  const success = async () => scrape(t, worker.app.url, ['models_reload_success']);
  t.strictSame(await success(), { models_reload_success: 1 });
  worker.reload('no JSON');
  t.strictSame(await success(), { models_reload_success: 0 });
  worker.reload({ a: {}, b: {} });
  t.strictSame(await success(), { models_reload_success: 1 });
});
