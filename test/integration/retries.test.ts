// What the worker does about failures of GLM before anybody has read a word of the answer.

import t, { type Test } from 'tap';
import type { GlmCall, Scenario } from '../../src/sandbox/glm/fake-glm.ts';
import { json } from '../support/http-call.ts';
import { startWorker, type TestWorker } from '../support/start-worker.ts';

// Most of the time is spent waiting for the next try.
t.jobs = 8;
const atOnce = { buffered: true };

const failing = (status: number, code: string): Scenario => ({ kind: 'error', status, code });
const ended = (fault: 'end-without-done' | 'close-mid-event' | 'error-data'): Scenario => ({
  kind: 'fault',
  fault,
  after: 0,
});

const requestIdOf = ({ body }: GlmCall) => Object(body).request_id;

/** Asks while GLM answers like this and then well. */
async function askAfter(t: Test, scenarios: readonly Scenario[], env = {}) {
  const worker = await startWorker(t, env);
  worker.glm.script(...scenarios);
  worker.glm.setDefault({ kind: 'chat', text: 'here it is' });
  const reply = await worker.stream().reply;
  await worker.glm.idle();
  return { worker, reply, last: reply.frames.at(-1) };
}

/** Failures that go away, each met before the answer has begun. */
const transient: readonly (readonly [name: string, scenario: Scenario])[] = [
  ['the rate limit (1302)', failing(429, '1302')],
  ['the frequency limit (1303)', failing(429, '1303')],
  ['an overloaded model (1305)', failing(429, '1305')],
  ['a busy model (1312)', failing(429, '1312')],
  ['a 429 without a code', { kind: 'error', status: 429, body: 'slow down' }],
  ['an internal error', failing(500, '500')],
  ['a bad gateway', { kind: 'error', status: 502, body: '<html>', contentType: 'text/html' }],
  ['a reset connection', { kind: 'fault', fault: 'reset-before-headers' }],
  ['a closed connection', { kind: 'fault', fault: 'close-before-headers' }],
  ['a reset after the headers', { kind: 'fault', fault: 'reset-after-headers' }],
  ['a stream that ends without a word', ended('end-without-done')],
  ['a stream that is cut in its first word', ended('close-mid-event')],
  ['an error event instead of an answer', ended('error-data')],
  ['network_error without a word', { kind: 'chat', text: '', finishReason: 'network_error' }],
  [
    'network_error after thoughts',
    { kind: 'chat', text: '', reasoning: 'hm', finishReason: 'network_error' },
  ],
];

for (const [name, scenario] of transient) {
  t.test(`${name} is tried again, with another request id`, atOnce, async (t) => {
    const { worker, reply, last } = await askAfter(t, [scenario]);
    t.match(last, { text: 'here it is', error_code: 0, finish_reason: 'stop' });
    t.ok(reply.frames.every((frame) => frame['error_code'] === 0));
    const ids = worker.glm.calls.map(requestIdOf);
    t.equal(new Set(ids).size, 2, String(ids));
    t.match(worker.logs.withMessage('answered'), [{ attempts: 2, upstreamRequestId: ids[1] }]);
  });
}

/** Failures that stay, or that may have cost something already. */
const final: readonly (readonly [name: string, scenario: Scenario, code: number])[] = [
  ['an account in arrears', failing(429, '1113'), 42902],
  ['a used up quota', failing(429, '1308'), 42902],
  ['a plan that has expired', failing(429, '1309'), 40103],
  ['a refused parameter', failing(400, '1214'), 40302],
  ['unsafe content', failing(400, '1301'), 40302],
  ['a prompt that is too long', failing(400, '1261'), 40303],
  ['an unknown model', failing(400, '1211'), 40301],
  [
    'a reset after text',
    { kind: 'fault', fault: 'reset-mid-event', pieces: ['a', 'b'], after: 1 },
    50001,
  ],
  [
    'network_error after text',
    { kind: 'chat', text: 'half', finishReason: 'network_error' },
    50001,
  ],
  [
    'the safety review without a word',
    { kind: 'chat', text: '', finishReason: 'sensitive' },
    40302,
  ],
];

for (const [name, scenario, code] of final) {
  t.test(`${name} is not tried again`, atOnce, async (t) => {
    const { worker, last } = await askAfter(t, [scenario]);
    t.match(last, { error_code: code });
    t.equal(worker.glm.calls.length, 1);
  });
}

t.test('a failure that stays is told after the last try', atOnce, async (t) => {
  const always = Array.from({ length: 3 }, () => failing(503, '500'));
  const { worker, last } = await askAfter(t, always, { UPSTREAM_RETRIES: '1' });
  t.match(last, { error_code: 50001, error: { type: 'upstream_error' } });
  t.equal(worker.glm.calls.length, 2);
  t.match(worker.logs.withMessage('failed'), [{ attempts: 2, failure: 'upstream_error' }]);
});

t.test('a wait that GLM asks for is waited', atOnce, async (t) => {
  const { worker } = await askAfter(t, [{ kind: 'error', status: 500, retryAfter: 1 }]);
  const [first, second] = worker.glm.calls;
  t.ok(Number(second?.startedAt) - Number(first?.endedAt) >= 990);
});

t.test('a wait that is longer than the line may be is not begun', atOnce, async (t) => {
  const busy: Scenario = { kind: 'error', status: 429, code: '1302', retryAfter: 3600 };
  const { worker, last } = await askAfter(t, [busy]);
  t.match(last, { error_code: 42901, error: { type: 'rate_limited' } });
  t.equal(worker.glm.calls.length, 1);
});

t.test('reasoning that the caller reads is text, and nothing is tried again', atOnce, async (t) => {
  const cut: Scenario = { kind: 'chat', text: '', reasoning: 'hm', finishReason: 'network_error' };
  const { worker, reply } = await askAfter(t, [cut], { REASONING: 'inline' });
  t.match(reply.frames.at(-2), { text: '<think>hm' });
  t.match(reply.frames.at(-1), { error_code: 50001 });
  t.equal(worker.glm.calls.length, 1);
});

t.test('a token that GLM calls expired is replaced at once, and only once', atOnce, async (t) => {
  const expired = failing(401, '1003');
  const once = await askAfter(t, [expired], { UPSTREAM_RETRIES: '0' });
  t.match(once.last, { text: 'here it is', error_code: 0 });
  t.equal(new Set(once.worker.glm.calls.map(requestIdOf)).size, 2);
  t.match(once.worker.glm.calls, [{ auth: { kind: 'jwt' } }, { auth: { kind: 'jwt' } }]);
  const always = await askAfter(t, [expired, expired, expired]);
  t.match(always.last, { error_code: 40102, error: { type: 'key_invalid' } });
  t.equal(always.worker.glm.calls.length, 2);
});

t.test('a place is kept for the next try, and given back after the last one', atOnce, async (t) => {
  const { worker } = await askAfter(t, [failing(500, '500')], { LIMIT_WORKER_CONCURRENCY: '1' });
  t.equal(await worker.queueLength(), 0);
  t.match((await worker.stream().reply).frames.at(-1), { error_code: 0 });
});

const TWO_KEYS = ['first.secret-one', 'second.secret-two'];

/** A worker with two keys that GLM knows. */
function startWithTwoKeys(t: Test): Promise<TestWorker> {
  return startWorker(t, { ZHIPUAI_API_KEY: TWO_KEYS.join() }, { keys: TWO_KEYS });
}

const keysOf = ({ glm }: TestWorker) => glm.calls.map(({ auth }) => auth.keyId);

t.test('several keys are used in turn', atOnce, async (t) => {
  const worker = await startWithTwoKeys(t);
  for (let number = 0; number < 4; number++) await worker.stream().reply;
  t.strictSame(keysOf(worker), ['first', 'second', 'first', 'second']);
});

for (const [name, status, code] of [
  ['is in arrears', 429, '1113'],
  ['has used up its quota', 429, '1310'],
  ['is locked', 401, '1112'],
] as const) {
  t.test(`when one account ${name} the other takes over and keeps the work`, atOnce, async (t) => {
    const worker = await startWithTwoKeys(t);
    worker.glm.script(failing(status, code));
    for (let number = 0; number < 3; number++) {
      t.match((await worker.stream().reply).frames.at(-1), { error_code: 0 });
    }
    t.strictSame(keysOf(worker), ['first', 'second', 'second', 'second']);
    t.notMatch(worker.logs.text, /secret-one|secret-two/);
  });
}

t.test('when every account is used up the failure is told', atOnce, async (t) => {
  const worker = await startWithTwoKeys(t);
  worker.glm.setDefault(failing(429, '1113'));
  t.match((await worker.stream().reply).frames, [{ error_code: 42902 }]);
  t.strictSame(keysOf(worker), ['first', 'second']);
});

t.test('embeddings are tried again alike', atOnce, async (t) => {
  const worker = await startWorker(t, { MODEL_NAMES: 'embedding-3' });
  worker.glm.script(failing(500, '500'), { kind: 'fault', fault: 'reset-before-headers' });
  const reply = json(await worker.post('/worker_get_embeddings', { input: ['a'] }));
  t.match(reply, { embedding: [Array], token_num: 1 });
  t.equal(worker.glm.calls.length, 3);
  t.match(worker.logs.withMessage('answered'), [{ attempts: 3 }]);
});
