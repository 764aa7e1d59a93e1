// Which model answers a chat when the one that was asked does not.

import t from 'tap';
import type { ChatModel, ChatRequest } from '../../src/model/chat-model.ts';
import { ModelError, type ModelFailureKind } from '../../src/model/model-error.ts';
import { answerChat } from '../../src/worker/answer-chat.ts';
import { fits } from '../../src/worker/fallback-fit.ts';
import { RequestContext } from '../../src/worker/request-context.ts';
import { type ServedModel, ServedModels } from '../../src/worker/served-models.ts';
import { collect } from '../support/collect.ts';
import { FakeChat, type Step, saying } from '../support/fake-model.ts';
import { modelFailureKinds as kinds } from '../support/model-failure-kinds.ts';
import { partsOf, served, targetOf } from '../support/worker-parts.ts';

const failing = (...kinds: readonly ModelFailureKind[]) =>
  kinds.map((kind): readonly Step[] => [new ModelError(kind)]);

/** A worker with models `a` (whose fallback is b, c …), `b`, `c` …, each with answers of its own. */
function chainOf(
  answers: readonly (readonly (readonly Step[])[])[],
  more: readonly Pick<Partial<ServedModel>, 'temperature' | 'windowTokens'>[] = [],
) {
  const parts = partsOf({ retries: 1 });
  const models = answers.map((each) => new FakeChat(...each));
  const names = models.map((_, index) => 'abcdef'.charAt(index));
  const [, ...fallback] = names;
  const targets = models.map((model, index) => ({
    ...targetOf<ChatModel>(parts, model),
    name: names[index] ?? '',
  }));
  const all = targets.map((chat, index) =>
    served(chat.name, { ...(index === 0 && { fallback }), ...more[index], chat }),
  );
  const ask = async (request: Partial<ChatRequest> = {}) => {
    const { signal } = new AbortController();
    const context = new RequestContext({ id: 'r1', path: '/p', signal }, parts.clock, 1e9);
    const prepared = { messages: [{ role: 'user', content: 'hi' }], stop: [], ...request } as const;
    const asked = {
      model: 'a',
      prepare: () => ({ request: prepared, showReasoning: false, reasoningAsText: true }),
    };
    const answer = collect(answerChat(parts, new ServedModels(all), asked, context));
    let ended = false;
    void answer.then(() => {
      ended = true;
    });
    while (!ended) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!ended) parts.clock.advance(parts.clock.pending > 1 ? 10_000 : 0);
    }
    const { items, error } = await answer;
    const { fallback: answeredBy, upstreamModel, attempts } = context;
    const text = items.map((item) => item.text).join('');
    return { text, error, answeredBy, upstreamModel, attempts };
  };
  return { parts, models, targets, ask };
}

t.test('a fallback answers after refusals for load, and for what its model refuses', async (t) => {
  const answeredBy: Record<string, string | null> = {};
  for (const kind of kinds) {
    const { ask } = chainOf([failing(kind, kind, kind), [saying('from b')]]);
    answeredBy[kind] = (await ask()).answeredBy;
  }
  t.strictSame(
    kinds.filter((kind) => answeredBy[kind] === 'b'),
    [
      ...['model_not_permitted', 'model_unknown', 'rate_limited', 'throttled'],
      ...['quota_exhausted', 'overloaded'],
    ],
  );
});

t.test('a refusal for load is tried again first, and everything tells who answered', async (t) => {
  const { ask, parts, models } = chainOf([failing('overloaded', 'overloaded'), [saying('from b')]]);
  t.strictSame(await ask(), {
    ...{ text: 'from b', error: undefined, answeredBy: 'b' },
    ...{ upstreamModel: 'glm-b', attempts: 3 },
  });
  t.strictSame(
    models.map(({ asked }) => asked.length),
    [2, 1],
  );
  const taken = { from: 'a', to: 'b', reason: 'overloaded' } as const;
  t.strictSame(parts.fallbacks, [{ requestId: 'r1', ...taken }]);
  t.strictSame(parts.admission.snapshot().fallbacks, [{ ...taken, taken: 1 }]);
  t.strictSame(
    parts.failed.map(({ nextWaitMs }) => nextWaitMs),
    [500, null],
  );
});

t.test('fallbacks are asked in their order; the failure of the last is told', async (t) => {
  const { ask, parts } = chainOf([
    failing('model_unknown'),
    failing('quota_exhausted'),
    failing('model_not_permitted'),
  ]);
  t.match((await ask()).error, { kind: 'model_not_permitted' });
  t.strictSame(
    parts.fallbacks.map(({ from, to, reason }) => [from, to, reason]),
    [
      ['a', 'b', 'model_unknown'],
      ['b', 'c', 'quota_exhausted'],
    ],
  );
});

t.test('what a fallback finds wrong with a request is not told to its caller', async (t) => {
  const wrong = chainOf([failing('quota_exhausted'), failing('parameter_rejected')]);
  t.match((await wrong.ask()).error, { kind: 'quota_exhausted' });
  const next = chainOf([failing('model_unknown'), failing('context_overflow'), [saying('c')]]);
  t.match(await next.ask(), { text: 'c', answeredBy: 'c' });
  const blocked = chainOf([failing('model_unknown'), failing('content_blocked'), [saying('c')]]);
  t.match((await blocked.ask()).error, { kind: 'content_blocked' });
});

t.test('a model that rests is not asked while its fallback does not', async (t) => {
  const { ask, parts, models } = chainOf([
    [...failing('model_unknown', 'model_unknown')],
    [saying('1'), saying('2'), ...failing('model_unknown'), saying('4')],
  ]);
  await ask();
  t.match(await ask(), { text: '2', answeredBy: 'b', attempts: 1 });
  t.strictSame(parts.fallbacks.at(-1), { requestId: 'r1', from: 'a', to: 'b', reason: 'rests' });
  t.equal(models[0]?.asked.length, 1);
  t.match((await ask()).error, { kind: 'model_unknown' });
  t.match(
    await ask(),
    { text: '4', answeredBy: 'b', attempts: 2 },
    'both rest: the first is asked',
  );
});

t.test('a fallback does not wait for a model that answers nobody', async (t) => {
  const { ask, targets, models } = chainOf([[saying('a')], [saying('1'), saying('2')]]);
  const [first] = targets;
  const [lane] = first?.lanes ?? [];
  if (lane === undefined) throw new Error('no lane');
  Object.defineProperty(lane, 'isOut', { value: true });
  lane.pause(1000);
  t.match(await ask(), { text: '1', answeredBy: 'b', attempts: 1 });
  lane.waitMs = () => 0;
  t.match(await ask(), { text: 'a', answeredBy: null }, 'a probe is due');
  t.equal(models[1]?.asked.length, 1);
});

t.test('each model is asked with its own default temperature', async (t) => {
  const { ask, models } = chainOf(
    [failing('model_unknown'), [saying('b')]],
    [{ temperature: 0.1 }, { temperature: 0.9 }],
  );
  await ask();
  t.strictSame(
    models.map(({ asked }) => asked[0]?.temperature),
    [0.1, 0.9],
  );
});

t.test('nothing goes to a fallback after the first text', async (t) => {
  const cut = new ModelError('overloaded');
  const { ask, models } = chainOf([[[{ text: 'so far' }, cut]], [saying('b')]]);
  t.match(await ask(), { text: 'so far', error: cut, answeredBy: null });
  t.equal(models[1]?.asked.length, 0);
});

t.test('a model that does not fit is passed over', async (t) => {
  const { ask } = chainOf(
    [failing('model_unknown'), [saying('b')], [saying('c')]],
    [{}, { windowTokens: 2 }],
  );
  t.match(await ask(), { text: 'c', answeredBy: 'c' });
});

t.test('a model fits when it sees the images and its window holds the prompt', async (t) => {
  const chat = targetOf<ChatModel>(partsOf());
  const images = (...urls: readonly string[]): ChatRequest => ({
    stop: [],
    messages: [
      { role: 'system', content: 'S' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'what is it?' },
          ...urls.map((url) => ({ type: 'image', url }) as const),
        ],
      },
    ],
  });
  const web = 'https://example.com/a.png';
  const data = 'data:image/png;base64,AAAA';
  const sees = (maxImages: number, inline = true) =>
    served('v', { chat, vision: { maxImages, inline } });
  const tools = [{ type: 'function', name: 'f' }] as const;
  const format = 'json' as const;
  const blind = served('t', { chat, windowTokens: 100 });
  for (const [what, model, request, tokens, expected] of [
    ['text within the window', blind, images(), 100, true],
    ['text beyond it', blind, images(), 101, false],
    ['an image for a model without eyes', blind, images(web), 1, false],
    ['as many images as it takes', sees(2), images(web, data), 1, true],
    ['one more', sees(2), images(web, web, web), 1, false],
    ['an address for one that takes only those', sees(1, false), images(web), 1, true],
    ['data for one that takes none', sees(1, false), images(data), 1, false],
    ['a model that does not chat', served('e'), images(), 1, false],
    ['tools for one that calls them', blind, { ...images(), tools }, 1, true],
    [
      'tools for one that does not',
      served('n', { chat, tools: false }),
      { ...images(), tools },
      1,
      false,
    ],
    ['no tools for the same', served('n', { chat, tools: false }), images(), 1, true],
    ['JSON from one that writes it', blind, { ...images(), format }, 1, true],
    [
      'JSON from one that does not',
      served('n', { chat, json: false }),
      { ...images(), format },
      1,
      false,
    ],
    ['no JSON from the same', served('n', { chat, json: false }), images(), 1, true],
  ] as const) {
    t.equal(fits(model, request, tokens), expected, what);
  }
});
