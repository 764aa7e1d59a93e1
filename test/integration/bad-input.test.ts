// Whatever callers send, the worker answers in FastChat's form, lives on, and holds no place.

import t, { type Test } from 'tap';
import { Failure } from '../../src/failure/failure.ts';
import type { FailureKind } from '../../src/failure/kinds.ts';
import { SYSTEM_MESSAGE } from '../../src/fastchat/prompt/conversation.ts';
import { call, json } from '../support/http-call.ts';
import { postBytes, rawSocket } from '../support/raw-socket.ts';
import { HELLO, promptOf, startWorker, type TestWorker } from '../support/start-worker.ts';

/** A failure as every caller of FastChat can read it; its sentences are the failure table's. */
function failure(code: number, type: FailureKind, hint = '') {
  const { sentence: message } = new Failure(type, { hint });
  return { text: message, error_code: code, error: { message, type, code } };
}

/** Asks both ways, and checks the same failure, the form of each, and that nothing is left behind. */
async function checkRefused(t: Test, worker: TestWorker, body: unknown, expected: object) {
  const calls = worker.glm.calls.length;
  const streamed = await worker.post('/worker_generate_stream', body);
  t.equal(streamed.status, 200);
  t.equal(streamed.rest, '', 'the frame ends with NUL');
  t.strictSame(streamed.frames, [expected]);
  const whole = await worker.post('/worker_generate', body);
  t.equal(whole.status, 200);
  t.match(whole.headers['content-type'], /^application\/json/);
  t.strictSame(json(whole), expected);
  t.equal(worker.glm.calls.length, calls, 'GLM was not asked');
  await checkAlive(t, worker);
}

async function checkAlive(t: Test, { queueLength, stream }: TestWorker) {
  t.equal(await queueLength(), 0, 'no place is held');
  t.match((await stream().reply).frames.at(-1), { error_code: 0, finish_reason: 'stop' });
}

const DEEP = 100_000;

const INVALID_BODIES = [
  ['not JSON', '{"model":', 'body: not valid JSON'],
  ['an empty body', '', 'prompt: Invalid input: expected string, received undefined'],
  ['a list', '[]', 'body: Invalid input: expected object, received array'],
  ['a string', '"prompt"', 'body: Invalid input: expected object, received string'],
  ['a null', 'null', 'prompt: Invalid input: expected string, received undefined'],
  [
    '__proto__',
    '{"__proto__":{"prompt":"x"},"prompt":7}',
    'prompt: Invalid input: expected string, received number',
  ],
  ['a list nested deep', '['.repeat(DEEP), 'body: more structure than a request has'],
  [
    'no prompt',
    { model: 'zhipu-api' },
    'prompt: Invalid input: expected string, received undefined',
  ],
  [
    'prompt null',
    { ...HELLO, prompt: null },
    'prompt: Invalid input: expected string, received null',
  ],
  [
    'prompt a list',
    { ...HELLO, prompt: ['x'] },
    'prompt: Invalid input: expected string, received array',
  ],
  [
    'model a number',
    { ...HELLO, model: 4 },
    'model: Invalid input: expected string, received number',
  ],
  [
    'temperature a string',
    { ...HELLO, temperature: '0.7' },
    'temperature: Invalid input: expected number, received string',
  ],
  [
    'top_p a list',
    { ...HELLO, top_p: [] },
    'top_p: Invalid input: expected number, received array',
  ],
  [
    'max_new_tokens true',
    { ...HELLO, max_new_tokens: true },
    'max_new_tokens: Invalid input: expected number, received boolean',
  ],
  [
    'echo a string',
    { ...HELLO, echo: 'yes' },
    'echo: Invalid input: expected boolean, received string',
  ],
  [
    'an endless temperature',
    '{"prompt":"x","temperature":1e999}',
    'temperature: Invalid input: expected number, received Infinity',
  ],
] as const;

t.test('bodies that are wrong are 40001, with the field and never its value', async (t) => {
  const worker = await startWorker(t);
  for (const [name, body, hint] of INVALID_BODIES) {
    t.comment(name);
    await checkRefused(t, worker, body, failure(40001, 'request_invalid', hint));
  }
});

t.test('a stop that is neither text nor texts is 40001', async (t) => {
  const worker = await startWorker(t);
  for (const stop of [7, { a: 'planted' }, ['x', 7]]) {
    const { frames } = await worker.stream({ stop }).reply;
    t.match(frames, [{ error_code: 40001, text: /\(stop.*: / }]);
    t.notMatch(frames[0]?.['text'], /planted/);
  }
});

t.test('unknown fields, however strange, are ignored', async (t) => {
  const { stream } = await startWorker(t);
  let deep: unknown = 'x';
  for (let level = 0; level < 1000; level++) deep = [deep];
  const { frames } = await stream({ deep, tools: [{}], seed: 1, '': null, logprobs: 5 }).reply;
  t.match(frames.at(-1), { error_code: 0, finish_reason: 'stop' });
});

t.test('a model that is not served is 40301 and says which are', async (t) => {
  const worker = await startWorker(t, { MODEL_NAMES: 'a,b' });
  const expected = failure(40301, 'model_not_served', 'chat models served here: a, b');
  for (const model of ['', 'A', 'constructor', '__proto__', 'a\u0000']) {
    const body = { ...HELLO, model };
    const streamed = await worker.post('/worker_generate_stream', body);
    t.strictSame(streamed.frames, [expected], model);
    t.strictSame(json(await worker.post('/worker_generate', body)), expected, model);
  }
  t.equal(worker.glm.calls.length, 0);
  t.equal(await worker.queueLength(), 0);
});

t.test('a conversation without a word of anybody is 40001 and never reaches GLM', async (t) => {
  const worker = await startWorker(t);
  const expected = failure(40001, 'conversation_empty');
  for (const prompt of [
    '',
    ' \n\t ',
    '\n###assistant:',
    ' \n###user:assistant:',
    `${SYSTEM_MESSAGE}\n###assistant:`,
    `${SYSTEM_MESSAGE}\n###user:  \n \n###assistant:`,
  ]) {
    await checkRefused(t, worker, { ...HELLO, prompt }, expected);
  }
});

t.test(
  'a body over the limit is 40001 with the limit, one of just that size is read',
  async (t) => {
    const worker = await startWorker(t, { BODY_LIMIT: '64KiB' });
    const expected = failure(40001, 'request_too_large', 'the limit is 65536 bytes');
    const body = { ...HELLO, prompt: 'x'.repeat(66_000) };
    await checkRefused(t, worker, body, expected);
    const room = 65_536 - JSON.stringify({ ...HELLO, prompt: '' }).length;
    const { frames } = await worker.stream({ prompt: 'x'.repeat(room) }).reply;
    t.match(frames.at(-1), { error_code: 0 });
    const counted = await worker.post('/count_token', body);
    t.equal(counted.status, 413);
    t.strictSame(json(counted), expected);
  },
);

t.test('a chunked body over the limit is refused without being read to its end', async (t) => {
  const { url } = await startWorker(t, { BODY_LIMIT: '1KiB' });
  const head =
    'POST /worker_generate HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n';
  const socket = rawSocket(t, url, `${head}1000\r\n${'x'.repeat(4096)}\r\n`);
  t.match(await socket.until(/\}$/), /^HTTP\/1\.1 200 .*"error_code":40001/s);
});

t.test('NUL and every other control character in a prompt reach GLM as they are', async (t) => {
  const { stream, glm } = await startWorker(t);
  const controls = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('');
  const { frames } = await stream({ prompt: promptOf(`a${controls}b\ud83d\u2028`) }).reply;
  t.match(frames.at(-1), { error_code: 0 });
  const [, user] = Object(glm.calls[0]?.body).messages;
  t.match(user.content, `a${controls}b`);
});

t.test('a prompt of a megabyte is answered', async (t) => {
  const { stream, glm } = await startWorker(t, { GLM_MODEL: 'glm-4-long' });
  glm.script({ kind: 'chat', text: 'short' });
  const prompt = promptOf('word '.repeat(200_000));
  t.match((await stream({ prompt }).reply).frames.at(-1), { text: 'short', error_code: 0 });
});

t.test('bytes that are no HTTP are refused and harm nobody', async (t) => {
  const worker = await startWorker(t);
  for (const bytes of [
    '\u0000\u0001\u0002\r\n\r\n',
    'GET\r\n\r\n',
    `POST / HTTP/1.1\r\nX: ${'y'.repeat(99_999)}`,
  ]) {
    await rawSocket(t, worker.url, bytes).closed;
  }
  const half = rawSocket(t, worker.url, postBytes('/worker_generate', HELLO).slice(0, -10));
  half.leave();
  await checkAlive(t, worker);
});

t.test('a body in another encoding than UTF-8 does no harm', async (t) => {
  const worker = await startWorker(t);
  const body = Buffer.from('{"model":"zhipu-api","prompt":"\xff\xfe\xfa"}', 'latin1').toString(
    'latin1',
  );
  const reply = await call(t, `${worker.url}/worker_generate`, { body });
  t.match(json(reply), { error_code: 0 });
  await checkAlive(t, worker);
});

t.test('no word of a request or an answer gets into the log, whatever fails', async (t) => {
  const worker = await startWorker(t, { LOG_LEVEL: 'trace' });
  const planted = 'PLANTED-7f3a';
  worker.glm.setDefault({ kind: 'chat', text: `${planted} in the answer` });
  for (const body of [
    { ...HELLO, prompt: promptOf(planted) },
    { ...HELLO, prompt: promptOf(planted), temperature: planted },
    { ...HELLO, prompt: planted, stop: { [planted]: planted } },
    `{"prompt": "${planted}`,
    `{"__proto__": "${planted}"}`,
    `${planted}`,
    `"${planted}"`,
  ]) {
    await worker.post('/worker_generate_stream', body);
    await worker.post('/worker_generate', body);
    await worker.post('/count_token', body);
  }
  t.ok(worker.logs.lines.length > 10);
  t.notMatch(worker.logs.text, planted);
});

t.test('each refused request leaves one log line with what a night shift needs', async (t) => {
  const worker = await startWorker(t);
  await worker.post('/worker_generate', '{');
  await worker.post('/count_token', {});
  t.match(worker.logs.withMessage('request refused'), [
    {
      level: 'warn',
      requestId: /^[0-9a-f-]{36}$/,
      path: '/worker_generate',
      failure: 'request_invalid',
      hint: 'body: not valid JSON',
    },
    {
      level: 'warn',
      path: '/count_token',
      failure: 'request_invalid',
      hint: 'prompt: Invalid input: expected string, received undefined',
    },
  ]);
});
