// One prompt from the request to the last frame, with a model that does as it is told.

import t from 'tap';
import { ModelError } from '../../src/model/model-error.ts';
import { chatOf, readFrame } from '../support/ask-chat.ts';
import { deferred } from '../support/deferred.ts';
import { FakeChat, saying } from '../support/fake-model.ts';

const USAGE = { promptTokens: 10, completionTokens: 2, totalTokens: 12 };

const texts = (frames: readonly { readonly [name: string]: unknown }[]) =>
  frames.map(({ text }) => text);

t.test('frames grow with the answer, the last one has the reason and the usage', async (t) => {
  const model = new FakeChat([
    {},
    { text: 'Hel' },
    { text: 'lo' },
    { finish: 'length', usage: USAGE },
  ]);
  const { items, error } = await chatOf([model]).ask();
  const usage = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };
  t.equal(error, undefined);
  t.match(items, [
    { text: 'Hel', error_code: 0, finish_reason: null },
    { text: 'Hello', error_code: 0, finish_reason: null },
  ]);
  t.strictSame(items[2], { text: 'Hello', error_code: 0, usage, finish_reason: 'length' });
  t.equal(items.length, 3);
});

t.test('the model is asked what the prompt says, with what GLM has a parameter for', async (t) => {
  const model = new FakeChat(saying('ok'));
  await chatOf([model]).ask({
    temperature: 0.5,
    top_p: 0.9,
    max_new_tokens: 100,
    stop: ['###', 'END', '###'],
    top_k: 5,
  });
  const messages = [
    { role: 'system', content: 'S' },
    { role: 'user', content: 'hi' },
  ];
  t.strictSame(model.asked, [
    { temperature: 0.5, topP: 0.9, maxTokens: 100, messages, stop: ['END'] },
  ]);
});

t.test("the operator's temperature is a default, the request wins", async (t) => {
  const temperatures = async (request: object) => {
    const model = new FakeChat(saying('ok'));
    await chatOf([model], { served: { temperature: 0.1 } }).ask(request);
    return model.asked[0]?.temperature;
  };
  t.equal(await temperatures({}), 0.1);
  t.equal(await temperatures({ temperature: null }), 0.1);
  t.equal(await temperatures({ temperature: 0.9 }), 0.9);
  t.equal(await temperatures({ temperature: 0 }), 0);
});

t.test("the caller's stop string ends the answer and the request to the model", async (t) => {
  const model = new FakeChat([{ text: 'one EN' }, { text: 'D two' }, { text: 'three' }]);
  const { items } = await chatOf([model]).ask({ stop: ['###', 'END'] });
  t.match(items.at(-1), { text: 'one ', finish_reason: 'stop' });
  t.equal(model.closed, 1);
});

t.test('echo puts the prompt before a completion, not before a conversation', async (t) => {
  const last = async (request: object) => {
    const { items } = await chatOf([new FakeChat(saying(' time'))]).ask(request);
    return items.at(-1)?.['text'];
  };
  t.equal(await last({ prompt: 'Once upon a', echo: true }), 'Once upon a time');
  t.equal(await last({ prompt: 'Once upon a', echo: false }), ' time');
  t.equal(await last({ prompt: 'Once upon a' }), ' time');
  t.equal(await last({ echo: true }), ' time');
});

t.test('the permit is free before the last frame is read', async (t) => {
  const { parts, frames, lanes } = chatOf([new FakeChat(saying('hi'))]);
  const running = [];
  for await (const _frame of frames()) running.push(parts.gate.running);
  t.strictSame(running, [1, 0]);
  t.strictSame(lanes[0]?.notes, ['accepted', 'accepted']);
});

t.test('an attempt that fails before any text is repeated, and nobody notices', async (t) => {
  const cut = new ModelError('upstream_cut');
  const model = new FakeChat([cut], [{}, { reasoning: 'hm' }, cut], saying('at last'));
  const { ask, context, parts, lanes } = chatOf([model]);
  const asking = ask();
  const { clock } = parts;
  // Each retry waits on the clock: moved until nothing waits any more.
  while (model.asked.length < 3) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(10_000);
  }
  const { items, error } = await asking;
  t.equal(error, undefined);
  t.strictSame(texts(items), ['at last', 'at last']);
  t.strictSame([context.attempts, context.upstreamRequestId], [3, 'upstream-3']);
  t.strictSame(lanes[0]?.notes, ['other', 'accepted', 'other', 'accepted', 'accepted']);
});

t.test('nothing is repeated after the first text', async (t) => {
  const cut = new ModelError('upstream_cut');
  const model = new FakeChat([{ text: 'so far' }, cut], saying('again'));
  const { ask, context, parts } = chatOf([model]);
  const { items, error } = await ask();
  t.equal(error, cut);
  t.match(parts.failed, [{ error: cut, attempt: 1, nextWaitMs: null }]);
  t.strictSame(parts.answered, []);
  t.match(items, [{ text: 'so far', finish_reason: null }]);
  t.strictSame([items.length, context.attempts, parts.gate.running], [1, 1, 0]);
});

t.test('thoughts that the caller reads are text', async (t) => {
  const cut = new ModelError('upstream_cut');
  const answers = [[{ reasoning: 'hm' }, cut], saying('again')] as const;
  const shown = await chatOf([new FakeChat(...answers)], { showReasoning: true }).ask();
  t.strictSame([texts(shown.items), shown.error], [['<think>hm'], cut]);
});

t.test('a stream that ends without saying how was cut', async (t) => {
  const { items, error } = await chatOf([new FakeChat([{ text: 'half' }])]).ask();
  t.strictSame(texts(items), ['half']);
  t.match(error, { kind: 'upstream_cut' });
});

t.test('what a failure says about the limit is passed on to its endpoint alone', async (t) => {
  const quota = new FakeChat([new ModelError('quota_exhausted')]);
  const busy = new FakeChat([{}, new ModelError('rate_limited')], saying('hi'));
  const { ask, lanes, parts } = chatOf([quota, busy]);
  const asking = ask();
  while (busy.asked.length < 2) {
    await new Promise((resolve) => setImmediate(resolve));
    parts.clock.advance(500);
  }
  t.strictSame(texts((await asking).items), ['hi', 'hi']);
  t.strictSame(
    lanes.map(({ notes }) => notes),
    [['other'], ['accepted', 'refused', 'accepted', 'accepted']],
  );
});

t.test('a caller who leaves between two frames frees the permit and ends the stream', async (t) => {
  const model = new FakeChat([{ text: 'a' }, { text: 'b' }, { text: 'c' }]);
  const { frames, parts, context } = chatOf([model]);
  for await (const frame of frames()) {
    t.match(readFrame(frame), { text: 'a' });
    break;
  }
  t.strictSame([parts.gate.running, model.closed, context.upstreamRequestId], [0, 1, 'upstream-1']);
});

t.test(
  'a caller who stopped reading does not keep the permit once the request is ended',
  async (t) => {
    const { frames, parts, life } = chatOf([new FakeChat(saying('a'))]);
    const iterator = frames();
    await iterator.next();
    t.equal(parts.gate.running, 1);
    life.abort();
    t.equal(parts.gate.running, 0);
    await t.rejects(iterator.next());
  },
);

t.test('whoever waits for the model is woken when the request is ended', async (t) => {
  const { ask, life, parts } = chatOf([new FakeChat([deferred().promise])]);
  const asking = ask();
  life.abort();
  const { items, error } = await asking;
  t.strictSame([items, error instanceof Error, parts.gate.running], [[], true, 0]);
});

t.test('what is wrong with a request is found before it waits for a permit', async (t) => {
  const model = new FakeChat(saying('hi'));
  const { ask, parts } = chatOf([model], { parts: { permits: 0 } });
  for (const [request, kind] of [
    [{ model: 'other' }, 'model_not_served'],
    [{ prompt: '' }, 'conversation_empty'],
    [{ images: ['https://example.com/a.png'] }, 'images_unsupported'],
  ] as const) {
    t.match((await ask(request)).error, { kind });
  }
  t.strictSame([model.asked, parts.gate.waiting], [[], 0]);
});

t.test("usage is an estimate until the model's own count comes", async (t) => {
  const model = new FakeChat([{ text: 'a' }, { usage: USAGE }, { text: 'b' }, { finish: 'stop' }]);
  const { ask, parts } = chatOf([model]);
  const { items } = await ask();
  const messages = [
    { role: 'system', content: 'S' },
    { role: 'user', content: 'hi' },
  ] as const;
  const promptTokens = await parts.counter.estimate(messages);
  t.match(items[0], { usage: { prompt_tokens: promptTokens, completion_tokens: 1 } });
  t.match(items[1], { usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 } });
});

t.test("the model's own count teaches the estimate", async (t) => {
  const prompt = `S\n###user: ${'The quick brown fox jumps. '.repeat(50)}\n###assistant:`;
  const told = { promptTokens: 700, completionTokens: 1, totalTokens: 701 };
  const first = async (usage: typeof USAGE | null) => {
    const answers = [saying('a', { usage }), saying('b')] as const;
    const { ask } = chatOf([new FakeChat(...answers)]);
    await ask({ prompt });
    return Object((await ask({ prompt })).items[0])['usage']['prompt_tokens'];
  };
  const untaught = await first(null);
  t.equal(await first({ ...told, promptTokens: 0 }), untaught, 'nothing was counted');
  t.ok((await first(told)) > untaught);
});

t.test(
  'conversations with pictures teach nothing, because their tokens are not those of text',
  async (t) => {
    const usage = { promptTokens: 700, completionTokens: 1, totalTokens: 701 };
    const more = { served: { vision: { maxImages: 1, inline: true } } };
    const { ask, parts } = chatOf([new FakeChat(saying('a', { usage }))], more);
    const words = 'The quick brown fox jumps. '.repeat(50);
    const prompt = `S\n###user: ${words}\n###assistant:`;
    t.equal((await ask({ prompt, images: ['https://example.com/a.png'] })).error, undefined);
    t.equal(parts.counter.correct('glm-m', 100), 100);
  },
);
