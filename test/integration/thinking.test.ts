// Models that think before they answer: what callers see of it, and what GLM is told about it.

import t from 'tap';
import { finish, say } from '../support/event-stream.ts';
import { checkAnswer, lastText } from '../support/frames.ts';
import { HELLO, startWorker } from '../support/start-worker.ts';
import { startUpstream } from '../support/upstream.ts';

const THOUGHTS = ['Let me ', 'think 😀', '. Done.'] as const;

const textsOf = (frames: readonly { readonly [name: string]: unknown }[]) =>
  frames.map(({ text }) => text);

t.test('thoughts are not part of the answer', async (t) => {
  const { stream, glm } = await startWorker(t);
  glm.script({ kind: 'chat', reasoning: THOUGHTS, pieces: ['The ', 'answer'] });
  const reply = await stream().reply;
  checkAnswer(t, reply);
  t.equal(lastText(reply.frames), 'The answer');
  t.notMatch(reply.body.toString(), /think/);
  // GLM counts thoughts as tokens of the answer, and so does the last frame.
  t.match(reply.frames.at(-1), { usage: { completion_tokens: 5 } });
});

t.test('with REASONING=inline thoughts come first, in a tag of their own', async (t) => {
  const { stream, glm } = await startWorker(t, { REASONING: 'inline' });
  const [first, ...rest] = THOUGHTS;
  const reasoning = [first, { hold: 'rest' }, ...rest];
  glm.script({ kind: 'chat', reasoning, pieces: ['The ', 'answer'] });
  const running = stream();
  await running.frame(({ text }) => text !== '');
  glm.release('rest');
  const reply = await running.reply;
  checkAnswer(t, reply);
  t.equal(textsOf(reply.frames)[0], '<think>Let me ');
  t.equal(lastText(reply.frames), '<think>Let me think 😀. Done.</think>The answer');
});

for (const [reasoning, expected] of [
  ['hide', 'Let me think 😀. Done.'],
  ['inline', '<think>Let me think 😀. Done.</think>Let me think 😀. Done.'],
] as const) {
  t.test(`an answer of thoughts only is delivered as its text (${reasoning})`, async (t) => {
    const { stream, glm } = await startWorker(t, { REASONING: reasoning });
    glm.script({ kind: 'chat', reasoning: THOUGHTS, text: '' });
    const reply = await stream().reply;
    checkAnswer(t, reply);
    t.equal(lastText(reply.frames), expected);
  });
}

t.test('an answer cut within its thoughts says so, and is not empty', async (t) => {
  const { stream, glm } = await startWorker(t);
  glm.script({ kind: 'chat', reasoning: THOUGHTS, text: 'never said' });
  const { frames } = await stream({ max_new_tokens: 2 }).reply;
  t.match(frames.at(-1), { finish_reason: 'length', error_code: 0 });
});

t.test('a stop string in hidden thoughts ends nothing', async (t) => {
  const { stream, glm } = await startWorker(t);
  glm.script({ kind: 'chat', reasoning: ['END of ', 'thoughts'], text: 'answer END more' });
  t.match((await stream({ stop: ['END'] }).reply).frames.at(-1), { text: 'answer ' });
});

t.test('a caller is kept alive while a model only thinks', async (t) => {
  const { stream, glm } = await startWorker(t, { KEEP_ALIVE_INTERVAL: '0.03' });
  const reasoning = Array.from({ length: 20 }, () => 'hm ');
  glm.script({ kind: 'chat', reasoning, text: 'at last', paceMs: 15 });
  const reply = await stream().reply;
  checkAnswer(t, reply);
  t.ok(textsOf(reply.frames).filter((text) => text === '').length >= 3);
  t.equal(lastText(reply.frames), 'at last');
});

t.test('a character split over two deltas of thoughts or text is whole', async (t) => {
  const [high = '', low = ''] = '😀'.split('');
  const speech = { reasoning: ['a', high, low, 'b'], pieces: ['x', high, low, 'y'] };
  for (const [reasoning, expected] of [
    ['hide', 'x😀y'],
    ['inline', '<think>a😀b</think>x😀y'],
  ] as const) {
    const { stream, glm } = await startWorker(t, { REASONING: reasoning });
    glm.script({ kind: 'chat', ...speech, paceMs: 5 });
    const reply = await stream().reply;
    checkAnswer(t, reply);
    t.equal(lastText(reply.frames), expected);
  }
});

t.test('GLM is told to think or not, and how much, only where it has the choice', async (t) => {
  const models = ['glm-4.6', 'glm-5.3', 'glm-5.2', 'glm-4-plus', 'new=my-model'];
  const sent = async (env: Readonly<Record<string, string>>) => {
    const { post, glm } = await startWorker(t, { MODEL_NAMES: models.join(), ...env });
    for (const entry of models) {
      const [model] = entry.split('=');
      await post('/worker_generate', { ...HELLO, model });
    }
    return glm.calls.map(({ body }) => {
      const { thinking, reasoning_effort } = Object(body);
      return thinking?.type ?? reasoning_effort;
    });
  };
  const none = undefined;
  t.strictSame(await sent({}), [none, none, none, none, none]);
  t.strictSame(await sent({ THINKING: 'on' }), ['enabled', none, 'enabled', none, 'enabled']);
  const off = await sent({ THINKING: 'off', REASONING_EFFORT: 'max' });
  t.strictSame(off, ['disabled', 'low', 'disabled', none, 'disabled']);
  const medium = await sent({ REASONING_EFFORT: 'medium' });
  t.strictSame(medium, [none, 'high', 'medium', none, none]);
});

t.test('a model that refuses to be told is asked once more, and never told again', async (t) => {
  const glm = await startUpstream(t, (response, { body }) => {
    if (JSON.parse(body).thinking === undefined) response.end(say('hello') + finish('stop'));
    else response.writeHead(400).end('{"error":{"code":"1210","message":"不支持关闭思考"}}');
  });
  const env = { ZHIPUAI_BASE_URL: glm.url, GLM_MODEL: 'glm-4.7', THINKING: 'off' };
  const worker = await startWorker(t, { ...env, UPSTREAM_RETRIES: '0' });
  for (const requests of [2, 3]) {
    t.equal(lastText((await worker.stream().reply).frames), 'hello');
    t.equal(glm.arrivals.length, requests);
  }
  t.match(worker.logs.withMessage('attempt failed'), [
    { failure: 'parameter_rejected', attempt: 1, nextWaitMs: 0 },
  ]);
  t.match(
    worker.logs.withMessage(
      'the model refused to be told about thinking, asked without it from now on',
    ),
    [{ level: 'warn', upstreamModel: 'glm-4.7', upstream: { message: '不支持关闭思考' } }],
  );
});
