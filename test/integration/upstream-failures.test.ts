// Whatever GLM does wrong, callers get one failure they can read, and never half an answer as whole.

import { createServer } from 'node:net';
import t, { type Test } from 'tap';
import { Failure } from '../../src/failure/failure.ts';
import type { Scenario } from '../../src/sandbox/glm/fake-glm.ts';
import type { FaultName } from '../../src/sandbox/glm/scenario.ts';
import { checkAnswer, type FrameJson } from '../support/frames.ts';
import { freePort } from '../support/free-port.ts';
import { json } from '../support/http-call.ts';
import { HELLO, startWorker, type TestWorker } from '../support/start-worker.ts';

/** Retries are another test's subject. */
const NO_RETRIES = { UPSTREAM_RETRIES: '0' };

/** Checks that nothing is left behind, and that a normal chat works. */
async function checkAlive(t: Test, { glm, queueLength, stream }: TestWorker) {
  await glm.idle();
  t.equal(await queueLength(), 0, 'no place is held');
  glm.setDefault({ kind: 'chat' });
  const reply = await stream().reply;
  checkAnswer(t, reply);
}

/** Asks both ways while GLM always answers like this; the last frame and the reply must agree. */
async function ask(t: Test, worker: TestWorker, scenario: Scenario): Promise<FrameJson> {
  worker.glm.setDefault(scenario);
  const streamed = await worker.stream().reply;
  t.equal(streamed.end, 'end');
  t.equal(streamed.rest, '', 'the last frame ends with NUL');
  const last = Object(streamed.frames.at(-1));
  const whole = json(await worker.post('/worker_generate', HELLO));
  t.strictSame(whole, last);
  t.strictSame(Object.keys(last), ['text', 'error_code', 'error']);
  t.strictSame(last.error, { message: last.text, type: last.error.type, code: last.error_code });
  return last;
}

t.test("GLM's words about a refusal reach no caller, and its key no log", async (t) => {
  const worker = await startWorker(t, NO_RETRIES);
  const message = 'PLANTED words of GLM, key sandbox.local-demo-secret';
  for (const [reply, type] of [
    [{ status: 400, code: '1211', message }, 'model_unknown'],
    [{ status: 200, code: '1301', message }, 'content_blocked'],
    [{ status: 503, body: `<p>${message}</p>`, contentType: 'text/html' }, 'upstream_error'],
    [{ status: 403, body: message, contentType: 'text/plain' }, 'no_permission'],
  ] as const) {
    const last = await ask(t, worker, { kind: 'error', ...reply });
    t.match(last, { error: { type } });
    t.notMatch(JSON.stringify(last), /PLANTED|sandbox|demo-secret/);
  }
  await checkAlive(t, worker);
  t.notMatch(worker.logs.text, /local-demo-secret/);
});

t.test('a refusal for the number of requests is 42901, for the load of GLM 42903', async (t) => {
  for (const [code, errorCode, type] of [
    ['1302', 42901, 'rate_limited'],
    ['1305', 42903, 'overloaded'],
    [undefined, 42901, 'rate_limited'],
  ] as const) {
    for (const path of ['/worker_generate_stream', '/worker_generate']) {
      // One each, because after such a refusal a worker asks less often for a while.
      const impatient = { ...NO_RETRIES, QUEUE_TIMEOUT: '0.2' };
      const { post, glm, queueLength } = await startWorker(t, impatient);
      const reason = code === undefined ? { body: '' } : { code };
      glm.setDefault({ kind: 'error', status: 429, ...reason });
      const reply = await post(path, HELLO);
      const expected = { error_code: errorCode, error: { type } };
      t.match(reply.frames.at(-1) ?? json(reply), expected, `${path} ${code}`);
      t.equal(await queueLength(), 0);
    }
  }
});

t.test("the log line of a refusal has GLM's code, words and request id", async (t) => {
  const worker = await startWorker(t, NO_RETRIES);
  worker.glm.script({ kind: 'error', status: 400, code: '1214', message: 'the top_p parameter' });
  await worker.stream().reply;
  t.match(worker.logs.withMessage('failed'), [
    {
      level: 'warn',
      requestId: /^[0-9a-f-]{36}$/,
      path: '/worker_generate_stream',
      model: 'zhipu-api',
      upstreamModel: 'glm-4',
      outcome: 'failed',
      failure: 'parameter_rejected',
      errorCode: 40302,
      upstream: { status: 400, code: '1214', message: 'the top_p parameter', requestId: /./ },
    },
  ]);
});

t.test('the time at which a quota refills is the one detail that callers are told', async (t) => {
  const worker = await startWorker(t, NO_RETRIES);
  const message = 'Usage limit reached, resets at 2026-11-22 23:00:00, account 12345';
  const last = await ask(t, worker, { kind: 'error', status: 429, code: '1308', message });
  t.match(last['text'], /\(2026-11-22 23:00:00\)$/);
  t.notMatch(last['text'], /12345/);
});

t.test('a key that GLM does not know is 40102', async (t) => {
  for (const env of [
    { ZHIPUAI_API_KEY: 'sandbox.wrong-secret' },
    { ZHIPUAI_API_KEY: 'unknown.local-demo-secret', GLM_AUTH: 'bearer' },
  ]) {
    const worker = await startWorker(t, { ...NO_RETRIES, ...env });
    const last = await ask(t, worker, { kind: 'chat' });
    t.match(last, { error_code: 40102, error: { type: 'key_invalid' } });
    t.equal(await worker.queueLength(), 0);
    t.notMatch(worker.logs.text, /wrong-secret|local-demo-secret/);
  }
});

/** Each way in which an answer breaks, and the name it gets. */
const FAULTS: readonly (readonly [FaultName, string])[] = [
  ['reset-before-headers', 'upstream_unreachable'],
  ['close-before-headers', 'upstream_unreachable'],
  ['reset-after-headers', 'upstream_cut'],
  ['reset-mid-event', 'upstream_cut'],
  ['close-mid-event', 'upstream_cut'],
  ['end-without-done', 'upstream_cut'],
  ['half-utf8', 'upstream_cut'],
  ['error-event', 'upstream_error'],
  ['error-data', 'upstream_error'],
  ['huge-event', 'upstream_malformed'],
  ['garbage-json', 'upstream_malformed'],
  ['html-200', 'upstream_malformed'],
  ['redirect', 'upstream_malformed'],
  ['gzip-bomb', 'upstream_cut'],
];

t.test('an answer that breaks never looks complete, however it breaks', async (t) => {
  const worker = await startWorker(t, NO_RETRIES);
  for (const [fault, type] of FAULTS) {
    const last = await ask(t, worker, { kind: 'fault', fault, text: 'PLANTED words' });
    t.match(last, { error_code: 50001, error: { type } }, fault);
    t.notMatch(last['text'], /PLANTED/);
  }
  await checkAlive(t, worker);
});

t.test('text that came before a break is delivered before the error frame', async (t) => {
  const { stream, glm } = await startWorker(t, NO_RETRIES);
  glm.script({ kind: 'fault', fault: 'close-mid-event', pieces: ['so ', 'far ', 'so ', 'good'] });
  const { frames } = await stream().reply;
  t.match(frames.at(-2), { text: 'so far so ', finish_reason: null, error_code: 0 });
  t.match(frames.at(-1), { error_code: 50001 });
});

t.test('an answer withdrawn by the safety review never looks complete', async (t) => {
  const { post, stream, glm } = await startWorker(t, NO_RETRIES);
  glm.setDefault({ kind: 'chat', text: 'bad words', finishReason: 'sensitive' });
  const expected = { error_code: 40302, error: { type: 'content_blocked' } };
  t.match((await stream().reply).frames.at(-1), expected);
  t.match(json(await post('/worker_generate', HELLO)), expected);
});

t.test('network_error of GLM after text is a failure, not an end', async (t) => {
  const { stream, glm } = await startWorker(t, NO_RETRIES);
  glm.script({ kind: 'chat', text: 'half', finishReason: 'network_error' });
  t.match((await stream().reply).frames.at(-1), {
    error_code: 50001,
    error: { type: 'upstream_aborted' },
  });
});

t.test('a base URL at which there is no GLM is 50001, and the worker lives', async (t) => {
  const raw = createServer((socket) => socket.end('SSH-2.0-nothing of HTTP\r\n'));
  await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
  t.teardown(() => raw.close());
  const { port } = Object(raw.address());
  for (const [base, type] of [
    [`http://127.0.0.1:${port}`, 'upstream_malformed'],
    [`http://127.0.0.1:${await freePort()}/api/paas/v4`, 'upstream_unreachable'],
    [`https://127.0.0.1:${port}`, 'upstream_unreachable'],
  ]) {
    const worker = await startWorker(t, { ...NO_RETRIES, ZHIPUAI_BASE_URL: String(base) });
    const last = await ask(t, worker, { kind: 'chat' });
    t.match(last, { error_code: 50001, error: { type } }, String(base));
    t.notMatch(JSON.stringify(last), /127\.0\.0\.1/);
    t.equal(await worker.queueLength(), 0);
  }
});

t.test('a base URL with the wrong path is 50001', async (t) => {
  const worker = await startWorker(t, NO_RETRIES);
  const lost = await startWorker(t, { ...NO_RETRIES, ZHIPUAI_BASE_URL: worker.glm.origin });
  const { frames } = await lost.stream().reply;
  t.match(frames, [{ error_code: 50001, error: { type: 'address_wrong' } }]);
});

t.test('a GLM that does not begin to answer in time is 50001 and let go', async (t) => {
  const worker = await startWorker(t, { ...NO_RETRIES, UPSTREAM_FIRST_BYTE_TIMEOUT: '0.2' });
  worker.glm.setDefault({ kind: 'fault', fault: 'hang-before-headers' });
  const { frames } = await worker.stream().reply;
  t.match(frames, [{ error_code: 50001, error: { type: 'upstream_timeout' } }]);
  t.equal(worker.glm.calls.length, 1, 'not asked again');
  await checkAlive(t, worker);
});

t.test('a GLM that falls silent in the middle is 50001 and let go', async (t) => {
  const worker = await startWorker(t, { ...NO_RETRIES, UPSTREAM_IDLE_TIMEOUT: '0.2' });
  worker.glm.script({ kind: 'fault', fault: 'hang-mid-stream', pieces: ['well', '…'], after: 1 });
  const { frames } = await worker.stream().reply;
  t.match(frames.at(-2), { text: 'well' });
  t.match(frames.at(-1), { error_code: 50001, error: { type: 'upstream_timeout' } });
  await checkAlive(t, worker);
});

t.test('a GLM that sends a byte now and then is not silent', async (t) => {
  const { stream, glm } = await startWorker(t, { UPSTREAM_IDLE_TIMEOUT: '1' });
  glm.script({ kind: 'fault', fault: 'trickle', pieces: ['slow'], after: 0, paceMs: 2 });
  t.match((await stream().reply).frames.at(-1), { text: 'slow', finish_reason: 'stop' });
});

t.test('a generation that lives too long is ended with an error frame', async (t) => {
  const worker = await startWorker(t, { GENERATION_TIMEOUT: '0.3' });
  worker.glm.script({ kind: 'chat', text: 'on and on ', repeat: 1_000_000, paceMs: 1 });
  const { frames } = await worker.stream().reply;
  const { sentence: message } = new Failure('generation_timeout');
  const error = { message, type: 'generation_timeout', code: 50001 };
  t.strictSame(frames.at(-1), { text: message, error_code: 50001, error });
  t.match(frames.at(-2), { text: /^on and on /, finish_reason: null });
  await worker.glm.idle();
  t.equal(worker.glm.calls[0]?.outcome, 'cancelled');
  await checkAlive(t, worker);
});

t.test('a full line is refused with 42903 at once', async (t) => {
  const env = { LIMIT_WORKER_CONCURRENCY: '1', QUEUE_LIMIT: '0' };
  const { stream, post, glm, queueLength } = await startWorker(t, env);
  glm.script({ kind: 'fault', fault: 'hang-before-headers' });
  const running = stream();
  await glm.waitForCall(1);
  const refused = { error_code: 42903, error: { type: 'queue_full' } };
  t.match((await stream().reply).frames, [refused]);
  t.match(json(await post('/worker_generate', HELLO)), refused);
  t.equal(await queueLength(), 1);
  running.leave();
});

t.test('who waits in line for too long is refused with 42903', async (t) => {
  const env = { LIMIT_WORKER_CONCURRENCY: '1', QUEUE_TIMEOUT: '0.1' };
  const { stream, glm, queueLength } = await startWorker(t, env);
  glm.script({ kind: 'fault', fault: 'hang-before-headers' });
  const running = stream();
  await glm.waitForCall(1);
  t.match((await stream().reply).frames, [{ error_code: 42903, error: { type: 'queue_timeout' } }]);
  t.equal(await queueLength(), 1);
  running.leave();
});
