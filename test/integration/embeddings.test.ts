// `/worker_get_embeddings` through the whole worker: as many vectors as inputs, or one failure.

import t from 'tap';
import { sandboxVector } from '../../src/sandbox/glm/embeddings.ts';
import { json, start } from '../support/http-call.ts';
import { sameVectors } from '../support/same-vectors.ts';
import { HELLO, startWorker, type TestWorker } from '../support/start-worker.ts';

const EMBEDS = { MODEL_NAMES: 'embedding-3' };
const SIZE = 2048;

/** Vectors short enough for many. */
const SMALL_VECTORS = new URL('../robustness/support/small-vectors.json', import.meta.url).pathname;

const texts = (count: number) => Array.from({ length: count }, (_, index) => `text ${index}`);

const vectorsOf = (inputs: readonly string[], size = SIZE) =>
  inputs.map((text) => sandboxVector(text, size));

const embed = async ({ post }: TestWorker, body: object) =>
  json(await post('/worker_get_embeddings', body));

/** How many inputs each request to GLM had. */
const batchesOf = ({ glm }: TestWorker) => glm.calls.map(({ body }) => Object(body).input.length);

t.test('any number of inputs comes back in order, in as few requests as GLM takes', async (t) => {
  const worker = await startWorker(t, { ...EMBEDS, MODELS_FILE: SMALL_VECTORS });
  for (const [count, batches] of [
    [1, [1]],
    [64, [64]],
    [65, [64, 1]],
    [130, [64, 64, 2]],
  ] as const) {
    worker.glm.reset();
    const input = texts(count);
    const reply = await embed(worker, { model: 'embedding-3', input, encoding_format: null });
    t.strictSame(Object.keys(reply), ['embedding', 'token_num']);
    sameVectors(t, reply['embedding'], vectorsOf(input, 256));
    t.ok(Number.isSafeInteger(reply['token_num']) && Number(reply['token_num']) >= count);
    t.strictSame(
      batchesOf(worker).toSorted((a, b) => b - a),
      batches,
    );
    t.ok(worker.glm.peakInFlight <= 4);
  }
});

t.test('vectors are the text that GLM sent, in a reply of JSON', async (t) => {
  const worker = await startWorker(t, EMBEDS);
  const input = ['a', 'b'];
  const { status, headers, body } = await worker.post('/worker_get_embeddings', { input });
  const { 'content-type': type, 'content-length': length } = headers;
  t.strictSame([status, type, length], [200, 'application/json', `${body.length}`]);
  const embedding = JSON.stringify(vectorsOf(input));
  t.equal(body.toString('utf8'), `{"embedding":${embedding},"token_num":2}`);
});

t.test('one string is a list of one', async (t) => {
  const worker = await startWorker(t, EMBEDS);
  t.strictSame(await embed(worker, { input: 'a' }), {
    embedding: vectorsOf(['a']),
    token_num: 1,
  });
});

t.test('one call after the other uses the same connection', async (t) => {
  const worker = await startWorker(t, EMBEDS);
  for (const text of ['a', 'b', 'c']) {
    sameVectors(t, (await embed(worker, { input: [text] }))['embedding'], vectorsOf([text]));
  }
  t.equal(worker.glm.connections, 1);
});

t.test('base64 is the same vector as little-endian float32', async (t) => {
  const worker = await startWorker(t, EMBEDS);
  const input = ['a', 'b'];
  const { embedding } = await embed(worker, { input, encoding_format: 'base64' });
  const decoded = Object(embedding).map((text: string) => {
    const bytes = Buffer.from(text, 'base64');
    return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
  });
  sameVectors(
    t,
    decoded,
    vectorsOf(input).map((vector) => vector.map(Math.fround)),
  );
});

t.test('embedding-2 gets no more tokens in a request than it takes', async (t) => {
  const worker = await startWorker(t, { MODEL_NAMES: 'embedding-2' });
  const input = Array.from({ length: 64 }, (_, index) => `${index}${'字'.repeat(700)}`);
  const { embedding } = await embed(worker, { input });
  sameVectors(t, embedding, vectorsOf(input, 1024));
  t.ok(batchesOf(worker).length > 1);
});

t.test('vectors out of order are put in order', async (t) => {
  const worker = await startWorker(t, EMBEDS);
  worker.glm.setDefault({ kind: 'embeddings', embeddingOrder: 'shuffled' });
  const input = texts(70);
  sameVectors(t, (await embed(worker, { input }))['embedding'], vectorsOf(input));
});

t.test('a list with holes, or no list, is one failure', async (t) => {
  const worker = await startWorker(t, EMBEDS);
  for (const embeddingOrder of ['missing', 'malformed'] as const) {
    worker.glm.setDefault({ kind: 'embeddings', embeddingOrder });
    const reply = await embed(worker, { input: texts(3) });
    t.strictSame(Object.keys(reply), ['text', 'error_code', 'error']);
    t.match(reply, { error_code: 50001, error: { type: 'upstream_malformed', code: 50001 } });
  }
  t.equal(await worker.queueLength(), 0);
});

t.test('one batch that fails is one failure, and the others are cancelled', async (t) => {
  const worker = await startWorker(t, EMBEDS);
  worker.glm.script({ kind: 'error', status: 429, code: '1113', delayMs: 50 });
  worker.glm.setDefault({ kind: 'fault', fault: 'hang-before-headers' });
  const reply = await embed(worker, { input: texts(300) });
  t.match(reply, { error_code: 42902, error: { type: 'quota_exhausted' } });
  await worker.glm.idle();
  t.strictSame(worker.glm.ledger, { begun: 4, finished: 0, cancelled: 3, failed: 1 });
  t.equal(await worker.queueLength(), 0);
});

t.test('a caller who leaves cancels every batch', async (t) => {
  const worker = await startWorker(t, EMBEDS);
  worker.glm.setDefault({ kind: 'fault', fault: 'hang-before-headers' });
  const running = start(t, `${worker.url}/worker_get_embeddings`, { body: { input: texts(300) } });
  await worker.glm.waitForCall(4);
  t.equal(await worker.queueLength(), 1);
  running.leave();
  await worker.glm.idle();
  t.strictSame(worker.glm.ledger, { begun: 4, finished: 0, cancelled: 4, failed: 0 });
  await worker.logs.waitFor('the caller left');
  t.equal(await worker.queueLength(), 0);
});

t.test('inputs that GLM would refuse are named by their index, and GLM is not asked', async (t) => {
  const worker = await startWorker(t, EMBEDS);
  for (const [input, code, type, hint] of [
    [['a', '', 'b'], 40302, 'input_rejected', /\(input 1: is empty\)$/],
    [['a', 'b', ' \n'], 40302, 'input_rejected', /\(input 2: is empty\)$/],
    [
      ['word '.repeat(10_000)],
      ...[40303, 'input_too_long', /\(input 0: about \d+ tokens, the model takes 3072\)$/],
    ],
  ] as const) {
    const reply = await embed(worker, { input });
    t.match(reply, { text: hint, error_code: code, error: { type } });
  }
  t.equal(worker.glm.calls.length, 0);
});

t.test('what is no text is refused with a sentence that says why', async (t) => {
  const worker = await startWorker(t, EMBEDS);
  for (const input of [[1, 2, 3], [[1, 2], [3]], [], null, 7, ['a', null]]) {
    const reply = await embed(worker, { input });
    t.match(reply, { text: /input.*strings/, error_code: 40001 }, JSON.stringify(input));
  }
  t.match(await embed(worker, {}), { error_code: 40001 });
  t.match(await embed(worker, { input: ['a'], encoding_format: 'int8' }), { error_code: 40001 });
});

t.test(
  'chatting with an embedding model, and the other way round, is 40301 and names the right ones',
  async (t) => {
    const { post, stream } = await startWorker(t, {
      MODEL_NAMES: 'chats,embedding-3,more=glm-4.6',
    });
    const refused = (type: string, text: RegExp) => ({
      text,
      error_code: 40301,
      error: { type },
    });
    const input = ['a'];
    t.match(
      json(await post('/worker_get_embeddings', { model: 'chats', input })),
      refused(
        'model_does_not_embed',
        /does not make embeddings\. \(embedding models served here: embedding-3\)$/,
      ),
    );
    const chats = refused(
      'model_does_not_chat',
      /makes embeddings, does not chat\. \(chat models served here: chats, more\)$/,
    );
    const asked = { ...HELLO, model: 'embedding-3' };
    t.match(json(await post('/worker_generate', asked)), chats);
    t.match((await stream(asked).reply).frames, [chats]);
  },
);

t.test('generations and embeddings share the places and the line', async (t) => {
  const worker = await startWorker(t, {
    MODEL_NAMES: 'zhipu-api,embedding-3',
    LIMIT_WORKER_CONCURRENCY: '1',
    QUEUE_LIMIT: '0',
  });
  worker.glm.script({ kind: 'fault', fault: 'hang-before-headers' });
  const running = worker.stream();
  await worker.glm.waitForCall(1);
  const reply = await embed(worker, { model: 'embedding-3', input: ['a'] });
  t.match(reply, { error_code: 42903, error: { type: 'queue_full' } });
  running.leave();
});
