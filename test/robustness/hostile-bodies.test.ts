// Bodies that mean harm, or are broken: each is answered in form and soon, and fills neither memory nor log.

import t from 'tap';
import { json } from '../support/http-call.ts';
import { HELLO, promptOf } from '../support/start-worker.ts';
import { matrixWorker } from './support/cell.ts';
import { CHATS, checkOthers, PATIENCE_MS } from './support/hostile.ts';
import { sendBytes } from './support/send-bytes.ts';

/** The end of a refusal, as a frame or as a reply. */
const REFUSED =
  /"error_code":40001,"error":\{"message":".*","type":"request_invalid","code":40001\}\}\0?$/s;

const DEPTH = 100_000;
const DEEP = '['.repeat(DEPTH) + ']'.repeat(DEPTH);
const DEEP_BODIES = [
  ['lists that stay open', '['.repeat(DEPTH)],
  ['lists', DEEP],
  ['objects', `${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`],
  ['deep values', `{"prompt":${DEEP},"input":${DEEP}}`],
  ['a deep unknown field', `{"x":${DEEP},"prompt":7,"input":7}`],
  ['a deep __proto__', `{"__proto__":${DEEP}}`],
] as const;

t.test('JSON of a hundred thousand levels is refused in the usual form', async (t) => {
  const worker = await matrixWorker(t);
  for (const [name, body] of DEEP_BODIES) {
    for (const path of [...CHATS, '/worker_get_embeddings', '/count_token']) {
      const reply = await sendBytes(worker.url + path, Buffer.from(body));
      t.match(reply.body.toString(), REFUSED, `${name} to ${path}`);
    }
  }
  await checkOthers(t, worker);
});

t.test('keys that change how objects behave change nothing', async (t) => {
  const worker = await matrixWorker(t);
  for (const body of [
    '{"__proto__":{"prompt":"x","polluted":1}}',
    '{"prompt":7,"constructor":{"prototype":{"polluted":1}}}',
    '{"prompt":7,"toString":1,"hasOwnProperty":1,"valueOf":1}',
    '{"prompt":"x","model":"__proto__"}',
    '{"prompt":"x","model":"constructor"}',
  ]) {
    for (const path of CHATS) {
      const reply = await sendBytes(worker.url + path, Buffer.from(body));
      t.match(reply.body.toString(), /"error_code":(40001|40301)/, body);
    }
  }
  t.notOk('polluted' in {});
  await checkOthers(t, worker);
});

t.test('a list of millions of things that are no texts is refused at once', async (t) => {
  const worker = await matrixWorker(t);
  const list = `[${'1,'.repeat(4_000_000)}1]`;
  for (const [path, field] of [
    ['/worker_generate', 'stop'],
    ['/worker_generate_stream', 'images'],
    ['/worker_get_embeddings', 'input'],
  ] as const) {
    const began = performance.now();
    const body = Buffer.from(`{"prompt":"x","${field}":${list}}`);
    const reply = await sendBytes(worker.url + path, body);
    const took = performance.now() - began;
    t.match(reply.body.toString(), REFUSED, field);
    t.ok(took < PATIENCE_MS, `${field}: refused within ${Math.round(took)} ms`);
  }
  await checkOthers(t, worker);
});

t.test('more stop strings, inputs and images than anybody needs are refused', async (t) => {
  const worker = await matrixWorker(t);
  const many = Array.from({ length: 20_000 }, (_, index) => `${index}`);
  const some = many.slice(0, 257);
  for (const [body, expected] of [
    [{ ...HELLO, stop: many }, /expected at most 256 strings/],
    [{ ...HELLO, stop: some }, /expected at most 256 strings/],
    [{ ...HELLO, stop: ['x'.repeat(1_000_000)] }, /of 65536 characters in all/],
    [{ ...HELLO, images: many }, /"error_code":40302/],
  ] as const) {
    for (const path of CHATS) t.match((await worker.post(path, body)).body.toString(), expected);
  }
  const body = { model: 'embedding-3', input: many };
  const embeddings = json(await worker.post('/worker_get_embeddings', body));
  t.match(embeddings, { error_code: 40001, text: /expected 1 to 2048 strings/ });
  t.equal(worker.glm.calls.length, 0, 'GLM was not asked');
  await checkOthers(t, worker);
});

t.test(
  'a megabyte of nothing but the marks of templates keeps nobody waiting for long',
  async (t) => {
    const worker = await matrixWorker(t);
    const fill = (mark: string) => mark.repeat(1_000_000 / Buffer.byteLength(mark));
    for (const prompt of [
      `${fill('\n###')}assistant:`,
      `\n###${fill('user:')}assistant:`,
      `${fill('\n###user: a')}\n###assistant:`,
      `${fill('<|user|>\na')}<|assistant|>`,
      `[Round 0]\n问：${fill('答：')}\n答：`,
      promptOf(fill('$$<image>$$')),
      promptOf(fill(' ')),
    ]) {
      const began = performance.now();
      t.match(json(await worker.post('/count_token', { prompt })), { error_code: 0 });
      const took = performance.now() - began;
      t.ok(took < PATIENCE_MS, `${JSON.stringify(prompt.slice(0, 16))}: ${Math.round(took)} ms`);
    }
    await checkOthers(t, worker);
  },
);

t.test('three hundred models that nobody serves are answered, and fill no log', async (t) => {
  const worker = await matrixWorker(t);
  const paths = ['/worker_get_conv_template', '/model_details', '/count_token'];
  for (let round = 0; round < 6; round++) {
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) => {
        const long = index === 0 ? 'm'.repeat(50_000) : '';
        const model = `model-${round * 50 + index}${long}`;
        return worker.post(String(paths[index % 3]), { model, prompt: 'x' });
      }),
    );
    t.ok(replies.every(({ status }) => status === 200));
  }
  const lines = worker.logs.withMessage('asked about a model not served');
  t.ok(lines.length <= 100, `${lines.length} lines`);
  t.ok(
    lines.every(({ model }) => String(model).length <= 200),
    'long names are cut',
  );
  await checkOthers(t, worker);
});

t.test('each refused request leaves one line in the log, of bounded length', async (t) => {
  const worker = await matrixWorker(t);
  const wrong = Buffer.from(`{"prompt":${'"x",'.repeat(50_000)}`);
  const before = worker.logs.lines.length;
  for (let round = 0; round < 20; round++) {
    await sendBytes(`${worker.url}/worker_generate?${'q'.repeat(5000)}`, wrong);
  }
  const lines = worker.logs.lines.slice(before);
  t.equal(lines.length, 20);
  const longest = Math.max(...lines.map((line) => JSON.stringify(line).length));
  t.ok(longest < 10_000, `the longest has ${longest} characters`);
});
