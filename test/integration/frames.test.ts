// What a stream looks like on the wire, and what the answer in it is, whatever GLM's stream was like.

import t, { type Test } from 'tap';
import type { Scenario } from '../../src/sandbox/glm/fake-glm.ts';
import { checkAnswer, lastText } from '../support/frames.ts';
import { call, json } from '../support/http-call.ts';
import { HELLO, promptOf, startWorker } from '../support/start-worker.ts';
import { wordByWord } from '../support/word-by-word.ts';

const STREAM = '/worker_generate_stream';

t.test(
  'a stream is chunked, not compressed, closed at its end, and has no Content-Type',
  async (t) => {
    const { url } = await startWorker(t);
    const reply = await call(t, url + STREAM, {
      body: HELLO,
      headers: { 'accept-encoding': 'gzip, deflate, br, zstd' },
    });
    const { date, 'x-request-id': id, ...headers } = reply.headers;
    t.match(id, /^[0-9a-f-]{36}$/);
    t.strictSame([reply.status, reply.end], [200, 'end']);
    t.strictSame(headers, {
      connection: 'close',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      'transfer-encoding': 'chunked',
    });
    checkAnswer(t, reply);
  },
);

t.test('the headers come before GLM says anything', async (t) => {
  const { stream, glm } = await startWorker(t);
  glm.script({ kind: 'fault', fault: 'hang-before-headers' });
  t.match(await stream().head, { 'transfer-encoding': 'chunked' });
});

t.test('frames grow with the answer and the last one says how it ended', async (t) => {
  const reply = await wordByWord(await startWorker(t), ['one', ' two', ' three']);
  checkAnswer(t, reply);
  t.strictSame(
    [...new Set(reply.frames.map(({ text }) => text))],
    ['one', 'one two', 'one two three'],
  );
  t.match(reply.frames.at(-1), { finish_reason: 'stop' });
});

t.test('no frame ends inside a character, however GLM cuts the text', async (t) => {
  const { stream, post, glm } = await startWorker(t);
  const text = '👋🏽你好👨‍👩‍👧‍👦 "quoted\\"\n\t\u0000\u001f 𝔊𝔏𝔐🎉';
  for (const rest of [
    { chunkChars: 1 },
    { splitBytes: 1, chunkChars: 20 },
    { splitBytes: 7, chunkChars: 3 },
  ]) {
    glm.script({ kind: 'chat', text, paceMs: 1, ...rest });
    const reply = await stream().reply;
    checkAnswer(t, reply);
    t.equal(lastText(reply.frames), text);
    glm.script({ kind: 'chat', text, ...rest });
    const whole = await post('/worker_generate', HELLO);
    t.equal(json(whole)['text'], text);
    t.notOk(whole.body.includes(0), 'no NUL in a reply that is not a stream');
  }
});

t.test('half a character that GLM never completes becomes U+FFFD', async (t) => {
  const { stream, glm } = await startWorker(t);
  glm.script({ kind: 'chat', pieces: ['smile ', '\ud83d'] });
  const reply = await stream().reply;
  checkAnswer(t, reply);
  t.equal(lastText(reply.frames), 'smile \ufffd');
});

t.test("GLM's odd but legal chunks are read or passed over", async (t) => {
  const { stream, glm } = await startWorker(t);
  const scenarios: readonly Partial<Scenario & { kind: 'chat' }>[] = [
    { extraChunks: ['role-only', 'null-content', 'choices-null', 'empty-choices', 'tool-call'] },
    { extraChunks: ['ping-comment', 'empty-data', 'retry-line'], lineEnding: '\r\n' },
    { usage: 'own chunk', rolePerChunk: false, lineEnding: '\r' },
    { done: false, spaceAfterColon: false },
    { bom: true, eventsPerWrite: 5, usage: null },
  ];
  for (const scenario of scenarios) {
    glm.script({ kind: 'chat', text: 'an answer', ...scenario });
    const reply = await stream().reply;
    checkAnswer(t, reply);
    t.equal(lastText(reply.frames), 'an answer', JSON.stringify(scenario));
  }
});

t.test("the last frame has GLM's usage, whole numbers whatever GLM counts", async (t) => {
  const { stream, glm } = await startWorker(t);
  const usage = { prompt_tokens: 7.4, completion_tokens: 3, total_tokens: 10.4 };
  glm.script({ kind: 'chat', text: 'hi', usage });
  const counted = await stream().reply;
  t.match(counted.frames.at(-1), {
    usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
  });
  glm.script({ kind: 'chat', text: 'hi', usage: null });
  const estimated = await stream().reply;
  checkAnswer(t, estimated);
  glm.script({ kind: 'chat', text: 'hi', usage: { prompt_tokens: 'many', total_tokens: -1 } });
  t.match((await stream().reply).frames.at(-1), {
    usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  });
});

t.test("finish_reason is stop or length, whatever word of GLM's ended the answer", async (t) => {
  const { stream, post, glm } = await startWorker(t);
  for (const [word, expected] of [
    ['stop', 'stop'],
    ['length', 'length'],
    ['tool_calls', 'stop'],
    ['model_context_window_exceeded', 'length'],
    [null, 'stop'],
  ] as const) {
    const scenario: Scenario = { kind: 'chat', text: 'ok', finishReason: word };
    glm.script(scenario, scenario);
    t.match((await stream().reply).frames.at(-1), { text: 'ok', finish_reason: expected });
    t.match(json(await post('/worker_generate', HELLO)), { text: 'ok', finish_reason: expected });
  }
});

t.test('an answer that GLM cut at max_new_tokens ends with length', async (t) => {
  const { stream, glm } = await startWorker(t);
  glm.script({ kind: 'chat', pieces: ['a', 'b', 'c', 'd'] });
  const { frames } = await stream({ max_new_tokens: 2 }).reply;
  t.match(frames.at(-1), { text: 'ab', finish_reason: 'length' });
});

t.test("the template's ### in stop ends no answer, in whatever form it comes", async (t) => {
  const { stream, glm } = await startWorker(t);
  const text = '# one\n## two\n### three\n#### four\n';
  for (const stop of [['###'], '###', null, undefined, [], ['###', '']]) {
    glm.script({ kind: 'chat', text, chunkChars: 1 });
    const { frames } = await stream({ stop }).reply;
    t.match(frames.at(-1), { text, finish_reason: 'stop' }, JSON.stringify(stop));
    t.notOk('stop' in Object(glm.calls.at(-1)?.body), 'and GLM is not told of it');
  }
});

t.test("the caller's own stop strings end the answer and are not part of it", async (t) => {
  const { stream, post, glm } = await startWorker(t);
  const pieces = ['alpha E', 'N', 'D omega FIN tail'];
  for (const [stop, text] of [
    [['###', 'END'], 'alpha '],
    ['END', 'alpha '],
    [['nowhere', 'FIN', '###', 'END'], 'alpha '],
    [['nowhere', 'FIN'], 'alpha END omega '],
  ] as const) {
    glm.script({ kind: 'chat', pieces }, { kind: 'chat', pieces });
    const reply = await stream({ stop }).reply;
    checkAnswer(t, reply);
    t.match(reply.frames.at(-1), { text, finish_reason: 'stop' });
    t.match(json(await post('/worker_generate', { ...HELLO, stop })), { text });
  }
});

t.test('a stop string ends the request to GLM too', async (t) => {
  const { stream, glm } = await startWorker(t);
  // GLM takes one stop string; the second one only the worker knows.
  glm.script({ kind: 'chat', text: 'a STOP b ', repeat: 100_000, paceMs: 1 });
  const { frames } = await stream({ stop: ['nowhere', 'STOP'] }).reply;
  t.match(frames.at(-1), { text: 'a ', finish_reason: 'stop' });
  await glm.idle();
  t.equal(glm.calls[0]?.outcome, 'cancelled');
});

t.test('blanks at both ends of an answer survive', async (t) => {
  const { stream, glm } = await startWorker(t);
  glm.script({ kind: 'chat', text: '  \n answer \n\n ', chunkChars: 1 });
  const reply = await stream().reply;
  checkAnswer(t, reply);
  t.equal(lastText(reply.frames), '  \n answer \n\n ');
});

t.test(
  'an answer with nothing in it is asked for again, and is a failure if it stays so',
  async (t) => {
    const { stream, glm } = await startWorker(t, { UPSTREAM_RETRIES: '1' });
    const empty = { kind: 'chat', text: '' } as const;
    glm.script(empty);
    t.match((await stream().reply).frames.at(-1), { finish_reason: 'stop', error_code: 0 });
    glm.script(empty, empty);
    const { frames } = await stream().reply;
    t.match(frames, [{ error_code: 50001, error: { type: 'answer_empty' } }]);
    t.equal(glm.ledger.begun, 4);
  },
);

t.test('white space and markdown inside a turn reach GLM byte for byte', async (t) => {
  const { stream, glm } = await startWorker(t);
  const prompt = promptOf('  lead\n\n### heading\n', 'done\n## h2\n### h3', 'next\u0000 one');
  await stream({ prompt }).reply;
  t.strictSame(messagesOf(glm.calls[0]?.body), [
    { role: 'system', content: '你是智谱AI小助手，请根据用户的提示来完成任务' },
    { role: 'user', content: '  lead\n\n### heading\n' },
    { role: 'assistant', content: 'done\n## h2\n### h3' },
    { role: 'user', content: 'next\u0000 one' },
  ]);
});

t.test('a raw prompt is a completion, and echo puts it before the answer', async (t) => {
  const { stream, glm } = await startWorker(t);
  for (const [echo, text] of [
    [true, 'Once upon a time'],
    [false, ' a time'],
    [null, ' a time'],
  ] as const) {
    glm.script({ kind: 'chat', text: ' a time' });
    const reply = await stream({ prompt: 'Once upon', echo }).reply;
    checkAnswer(t, reply);
    t.equal(lastText(reply.frames), text);
    const [message, ...others] = messagesOf(glm.calls.at(-1)?.body);
    t.strictSame(others, []);
    t.match(message, { role: 'user', content: 'Once upon' });
  }
});

t.test('echo does nothing to a conversation', async (t) => {
  const { stream, glm } = await startWorker(t);
  glm.script({ kind: 'chat', text: 'hello' });
  t.equal(lastText((await stream({ echo: true }).reply).frames), 'hello');
});

t.test('a hundred chats at once all get their own whole answer', async (t) => {
  const { stream, glm, queueLength } = await startWorker(t, { LIMIT_WORKER_CONCURRENCY: '7' });
  const asked = Array.from({ length: 100 }, (_, index) => `question ${index}.`);
  const replies = await Promise.all(
    asked.map((question) => stream({ prompt: promptOf(question) }).reply),
  );
  for (const [index, reply] of replies.entries()) checkOwn(t, reply, `question ${index}.`);
  t.ok(glm.peakInFlight <= 7, `${glm.peakInFlight} at once`);
  t.equal(await queueLength(), 0);
});

t.test('there is at most one frame per interval, and the last one has it all', async (t) => {
  const { stream, glm } = await startWorker(t, { STREAM_INTERVAL: '60' });
  const pieces = ['a', { hold: 'first' }, ...'bcdefghijklmnopqrst'];
  glm.script({ kind: 'chat', pieces, paceMs: 5 });
  const running = stream();
  // The first word does not wait for others: there are none yet.
  await running.frame(({ text }) => text === 'a');
  glm.release('first');
  const reply = await running.reply;
  checkAnswer(t, reply);
  t.equal(lastText(reply.frames), 'abcdefghijklmnopqrst');
  t.ok(reply.frames.length < 15, `${reply.frames.length} frames of 20 events`);
});

t.test('a whole answer of a megabyte arrives whole', async (t) => {
  const { post, glm } = await startWorker(t);
  const text = 'ab'.repeat(512 * 1024);
  glm.script({ kind: 'chat', text, chunkChars: 100_000 });
  const reply = json(await post('/worker_generate', HELLO));
  t.match(reply, { error_code: 0, finish_reason: 'stop' });
  t.ok(reply['text'] === text);
});

t.test('connections to GLM are used again', async (t) => {
  const { stream, post, glm } = await startWorker(t);
  for (let round = 0; round < 5; round++) {
    await stream().reply;
    await post('/worker_generate', HELLO);
    await glm.idle();
  }
  t.equal(glm.calls.length, 10);
  t.equal(glm.connections, 1);
});

function checkOwn(t: Test, reply: Parameters<typeof checkAnswer>[1], question: string): void {
  checkAnswer(t, reply);
  const text = lastText(reply.frames);
  if (!text.endsWith(`You said: "${question}".`)) t.fail('a foreign answer', { question, text });
}

function messagesOf(body: unknown): readonly unknown[] {
  return Object(body).messages;
}
