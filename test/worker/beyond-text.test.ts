// Answers that are more than text: calls of tools, JSON, answers of which the rest is kept back.

import t from 'tap';
import type { ChatModel, ChatRequest, ToolCallPiece } from '../../src/model/chat-model.ts';
import { ModelError } from '../../src/model/model-error.ts';
import { messagesToCount } from '../../src/worker/messages-to-count.ts';
import type { PreparedChat } from '../../src/worker/prepared-chat.ts';
import { ServedModels } from '../../src/worker/served-models.ts';
import { Worker } from '../../src/worker/worker.ts';
import { collect } from '../support/collect.ts';
import { FakeChat, type Step, saying } from '../support/fake-model.ts';
import { partsOf, served, targetOf } from '../support/worker-parts.ts';

const HI = [{ role: 'user', content: 'hi' }] as const;
const SHOWS = { showReasoning: true, reasoningAsText: false, showToolCalls: true };

interface Asking extends Partial<PreparedChat> {
  readonly asks?: Partial<ChatRequest>;
}

/** A worker whose one model plays these answers; it asks at most twice. */
function workerOf(...answers: readonly (readonly Step[])[]) {
  const parts = partsOf({ retries: 1 });
  const model = new FakeChat(...answers);
  const chat = targetOf<ChatModel>(parts, model);
  const worker = new Worker(parts, new ServedModels([served('m', { chat })]));
  const ask = async ({ asks, ...more }: Asking = {}) => {
    const { signal } = new AbortController();
    const request = { messages: HI, stop: [], ...asks };
    const asked = { model: 'm', prepare: () => ({ ...SHOWS, request, ...more }) };
    const answer = collect(worker.answer(asked, { id: 'r', path: '/p', signal }));
    // A failed attempt waits before the next one.
    for (let turn = 0; turn < 20; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (parts.clock.pending > 1) parts.clock.advance(1000);
    }
    const { items, error } = await answer;
    return { items, failure: error === undefined ? null : Object(error).kind };
  };
  return { ask, model, parts };
}

const piece = (text: string, more: Partial<ToolCallPiece> = {}): ToolCallPiece => ({
  index: 0,
  arguments: text,
  ...more,
});
const begin = piece('{"a"', { id: 'c', name: 'f' });

t.test('pieces of calls are told as they come, and are no thoughts', async (t) => {
  const { ask, parts } = workerOf([
    { reasoning: 'hm' },
    { toolCalls: [begin] },
    { toolCalls: [piece(':1}')], finish: 'tool_calls' },
  ]);
  const { items, failure } = await ask();
  t.equal(failure, null);
  t.match(items, [
    { reasoning: 'hm', finish: null },
    { reasoning: '', text: '', toolCalls: [begin], finish: null },
    { toolCalls: [piece(':1}')], finish: 'tool_calls' },
  ]);
  t.notOk('toolCalls' in Object(items[0]), 'a delta without any has none');
  t.ok(Number(items.at(-1)?.usage.completionTokens) > Number(items[0]?.usage.completionTokens));
  t.match(parts.reports, [{ outcome: { is: 'done', finish: 'tool_calls' }, onlyReasoning: false }]);
});

t.test('a character of the arguments is not told in halves', async (t) => {
  const { ask } = workerOf([
    { toolCalls: [begin, piece(`"${'😀'.charAt(0)}`, { index: 1 })] },
    { toolCalls: [piece(`${'😀'.charAt(1)}"`, { index: 1 })], finish: 'tool_calls' },
  ]);
  const { items } = await ask();
  t.strictSame(
    items.map(({ toolCalls }) => toolCalls?.map(({ arguments: given }) => given)),
    [['{"a"', '"'], ['😀"']],
  );
});

t.test('an attempt that fails after a call is not repeated, as after a text', async (t) => {
  const { ask, model } = workerOf(
    [{ toolCalls: [begin] }, new ModelError('upstream_cut')],
    saying('again'),
  );
  t.equal((await ask()).failure, 'upstream_cut');
  t.equal(model.asked.length, 1);
});

t.test(
  'whoever does not get to see calls is told nothing of them, and may be asked again',
  async (t) => {
    const { ask, model } = workerOf(
      [{ toolCalls: [begin] }, new ModelError('upstream_cut')],
      saying('again'),
    );
    const { items, failure } = await ask({ showToolCalls: false });
    t.equal(failure, null);
    t.match(items, [{ text: 'again' }, { finish: 'stop' }]);
    t.notOk(items.some((item) => 'toolCalls' in item));
    t.equal(model.asked.length, 2);
  },
);

t.test('what follows a stop string is left out, calls too', async (t) => {
  const { ask } = workerOf([{ text: 'a END', toolCalls: [begin] }, { finish: 'tool_calls' }]);
  const { items } = await ask({ asks: { stop: ['END'] } });
  t.match(items, [{ text: 'a ', finish: 'stop' }]);
  t.notOk('toolCalls' in Object(items[0]));
});

const BLOCKED: readonly Step[] = [{ text: 'a' }, { finish: 'content_filter' }];

t.test('an answer whose rest is kept back ends so where its caller can be told', async (t) => {
  const { ask, parts } = workerOf(BLOCKED);
  const { items } = await ask({ mayEndBlocked: true });
  t.match(items, [{ text: 'a' }, { finish: 'content_filter' }]);
  t.match(parts.reports, [{ outcome: { is: 'done', finish: 'content_filter' } }]);
});

t.test('and has failed where not', async (t) => {
  const { ask, model, parts } = workerOf(BLOCKED);
  t.equal((await ask()).failure, 'content_blocked');
  t.equal(model.asked.length, 1);
  const upstream = { message: 'the answer ended with content_filter', requestId: 'upstream-1' };
  t.match(parts.reports, [{ outcome: { is: 'failed', failure: { upstream } } }]);
});

t.test('an answer that has to be JSON and is none has failed, at its end', async (t) => {
  const { ask, model } = workerOf(saying('no JSON'), saying('{}'));
  const { items, failure } = await ask({ checkJson: true });
  t.match([items, failure], [[{ text: 'no JSON' }], 'answer_not_json']);
  t.equal(model.asked.length, 1);
});

t.test('one that says nothing is none either', async (t) => {
  const { ask } = workerOf([{ reasoning: 'hm' }, { finish: 'stop' }]);
  t.equal((await ask({ checkJson: true })).failure, 'answer_not_json');
  const hidden = workerOf([{ reasoning: 'hm' }, { finish: 'stop' }]);
  t.equal((await hidden.ask({ checkJson: true, showReasoning: false })).failure, 'answer_not_json');
});

t.test('JSON is passed on, and so is what was cut or calls tools instead', async (t) => {
  for (const answer of [
    [{ text: '{"a"' }, { text: ':1}' }, { finish: 'stop' }],
    [{ text: '{"a"' }, { finish: 'length' }],
    [{ toolCalls: [begin] }, { finish: 'tool_calls' }],
  ] satisfies readonly (readonly Step[])[]) {
    t.equal((await workerOf(answer).ask({ checkJson: true })).failure, null);
  }
});

t.test('tools and their calls are counted with the messages', async (t) => {
  const calls = [{ id: 'c', name: 'f', arguments: '{"a":1}' }];
  t.strictSame(
    await messagesToCount({
      messages: [...HI, { role: 'assistant', content: 'x', toolCalls: calls }],
      stop: [],
      tools: [{ type: 'function', name: 'f' }],
    }),
    [
      { role: 'system', content: '[{"type":"function","name":"f"}]' },
      ...HI,
      { role: 'assistant', content: 'x\nf {"a":1}', toolCalls: calls },
    ],
  );
});

t.test('counts of prompts with tools teach nothing about text', async (t) => {
  const messages = [{ role: 'user', content: 'one word after another '.repeat(100) }] as const;
  const usage = { promptTokens: 1200, completionTokens: 1, totalTokens: 1201 };
  const told = async (asks: Partial<ChatRequest>) => {
    const { ask, parts } = workerOf([{ text: 'a' }, { finish: 'stop', usage }], saying('b'));
    await ask({ asks: { ...asks, messages } });
    const { items } = await ask({ asks: { messages } });
    t.equal(parts.reports.length, 2);
    return Number(items[0]?.usage.promptTokens);
  };
  t.ok((await told({})) > (await told({ tools: [{ type: 'function', name: 'f' }] })));
});
