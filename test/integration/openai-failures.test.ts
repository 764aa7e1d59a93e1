// Failures at /v1: a status as long as nothing has been said, an event at the end afterwards.

import t from 'tap';
import { json } from '../support/http-call.ts';
import { chatIn, eventsIn } from '../support/openai-events.ts';
import { startWorker } from '../support/start-worker.ts';

const PATH = '/v1/chat/completions';
const ASKING = { messages: [{ role: 'user', content: 'hi' }] };
const ONE_RETRY = { UPSTREAM_RETRIES: '1', MODEL_NAMES: 'zhipu-api=glm-4.6' };

/** GLM's status and code, and what a client gets: status, code, what it is told of asking again; tries. */
const refusals = [
  [401, '1001', 502, 'key_missing', 'never', 1],
  [429, '1113', 429, 'insufficient_quota', 'never', 1],
  [429, '1311', 502, 'model_not_permitted', 'never', 1],
  [400, '1211', 502, 'model_not_found', 'never', 1],
  [400, '1301', 400, 'content_filter', undefined, 1],
  [400, '1261', 400, 'context_length_exceeded', undefined, 1],
  [500, '1234', 502, 'upstream_error', 'soon', 2],
] as const;

for (const [status, code, told, name, again, tries] of refusals) {
  t.test(`GLM's ${code} is a ${told} with ${name}, streamed or not`, async (t) => {
    const { post, glm } = await startWorker(t, ONE_RETRY);
    glm.setDefault({ kind: 'error', status, code });
    for (const stream of [false, true]) {
      // An account that was put to rest is not asked again, which is another test's affair.
      const before = glm.calls.length;
      const reply = await post(PATH, { ...ASKING, stream });
      t.match([reply.status, json(reply)], [told, { error: { code: name } }]);
      t.match(reply.headers['content-type'], /^application\/json/);
      const headers = reply.headers['x-should-retry'] === 'false' ? 'never' : undefined;
      t.equal(headers, again === 'never' ? 'never' : undefined);
      t.equal(glm.calls.length - before, tries);
    }
  });
}

t.test('refusals for load end with a wait that helps', async (t) => {
  const { post, glm } = await startWorker(t, { ...ONE_RETRY, QUEUE_TIMEOUT: '0.2' });
  glm.setDefault({ kind: 'error', status: 429, code: '1302', retryAfter: 7 });
  const reply = await post(PATH, { ...ASKING, stream: true });
  t.match([reply.status, reply.headers['retry-after']], [429, '7']);
  t.match(json(reply), { error: { type: 'rate_limit_error', code: 'rate_limit_exceeded' } });
});

t.test('who waits too long in the queue gets a status, streamed or not', async (t) => {
  const limits = { LIMIT_WORKER_CONCURRENCY: '1', QUEUE_TIMEOUT: '0.1' };
  const { post, stream, glm } = await startWorker(t, limits);
  glm.script({ kind: 'fault', fault: 'hang-before-headers' });
  const running = stream();
  await glm.waitForCall(1);
  for (const stream of [false, true]) {
    const reply = await post(PATH, { ...ASKING, stream });
    t.match([reply.status, json(reply)], [503, { error: { code: 'queue_timeout' } }]);
    t.equal(reply.headers['retry-after'], '5');
  }
  running.leave();
});

t.test(
  'after the first text a failure is the last event, and nothing is tried again',
  async (t) => {
    const { post, glm } = await startWorker(t, ONE_RETRY);
    glm.setDefault({ kind: 'fault', fault: 'reset-mid-event', text: 'half of it' });
    const reply = await post(PATH, { ...ASKING, stream: true });
    t.strictSame([reply.status, reply.end], [200, 'end']);
    t.match(eventsIn(reply.body).at(-1), { error: { type: 'server_error', code: 'upstream_cut' } });
    t.ok(chatIn(reply.body).text !== '');
    t.equal(glm.calls.length, 1);
    const whole = await post(PATH, ASKING);
    t.match([whole.status, json(whole)], [502, { error: { code: 'upstream_cut' } }]);
  },
);

t.test('a call of a tool counts as text for that', async (t) => {
  const { post, glm } = await startWorker(t, ONE_RETRY);
  glm.setDefault({
    ...{ kind: 'chat', toolCalls: [{ name: 'f', arguments: '{"a":1}' }] },
    ...{ finishReason: 'network_error' },
  });
  const reply = await post(PATH, { ...ASKING, stream: true });
  t.match(chatIn(reply.body).calls, { 0: { name: 'f', arguments: '{"a":1}' } });
  t.match(eventsIn(reply.body).at(-1), { error: { code: 'upstream_aborted' } });
  t.equal(glm.calls.length, 1);
});

t.test('before it, the answer is asked for again', async (t) => {
  const { post, glm } = await startWorker(t, ONE_RETRY);
  glm.script({ kind: 'fault', fault: 'reset-before-headers' }, { kind: 'chat', text: 'again' });
  t.equal(chatIn((await post(PATH, { ...ASKING, stream: true })).body).text, 'again');
  t.equal(glm.calls.length, 2);
});

t.test('failures of embeddings have their status', async (t) => {
  const { post, glm } = await startWorker(t, { MODEL_NAMES: 'embedding-3' });
  glm.setDefault({ kind: 'error', status: 429, code: '1113' });
  const reply = await post('/v1/embeddings', { input: ['a'] });
  t.match([reply.status, json(reply)], [429, { error: { code: 'insufficient_quota' } }]);
  t.equal(reply.headers['x-should-retry'], 'false');
  const blank = await post('/v1/embeddings', { input: ['a', ' '] });
  t.match([blank.status, json(blank)], [400, { error: { param: 'input' } }]);
});
