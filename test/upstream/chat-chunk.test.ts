// The shapes in which the chunks of GLM's chat stream come, documented and otherwise.

import t from 'tap';
import { readChunk, usageOf } from '../../src/upstream/chat-chunk.ts';

const nothing = {
  text: '',
  reasoning: '',
  finishReason: null,
  usage: null,
  requestId: null,
  toolCalls: [],
};

t.test('a documented chunk gives its text and its id', async (t) => {
  const chunk = {
    id: '8313807536837492492',
    created: 1_706_092_316,
    model: 'glm-4',
    choices: [{ index: 0, delta: { role: 'assistant', content: '土' } }],
  };
  t.strictSame(readChunk(chunk), { ...nothing, text: '土', requestId: chunk.id });
});

t.test('the documented last chunk gives the reason and the usage', async (t) => {
  const chunk = {
    id: '1',
    request_id: 'r',
    choices: [{ index: 0, finish_reason: 'length', delta: { role: 'assistant', content: '' } }],
    usage: {
      prompt_tokens: 60,
      completion_tokens: 100,
      total_tokens: 160,
      prompt_tokens_details: { cached_tokens: 3 },
    },
  };
  t.strictSame(readChunk(chunk), {
    ...nothing,
    finishReason: 'length',
    usage: { promptTokens: 60, completionTokens: 100, totalTokens: 160, cachedTokens: 3 },
    requestId: 'r',
  });
});

const shapes: [name: string, event: unknown, differs: object][] = [
  ['thoughts only', { choices: [{ delta: { reasoning_content: '嗯' } }] }, { reasoning: '嗯' }],
  [
    'thoughts and text',
    { choices: [{ delta: { reasoning_content: 'a', content: 'b' } }] },
    { reasoning: 'a', text: 'b' },
  ],
  ['a role only', { choices: [{ delta: { role: 'assistant' } }] }, {}],
  [
    'content null and a tool call',
    { choices: [{ delta: { content: null, tool_calls: [{}] } }] },
    { toolCalls: [{}] },
  ],
  [
    'content in parts',
    { choices: [{ delta: { content: [{ type: 'text', text: 'a' }, { text: 'b' }, 5, null] } }] },
    { text: 'ab' },
  ],
  ['content of a wrong type', { choices: [{ delta: { content: 5 } }] }, {}],
  ['a message in place of a delta', { choices: [{ message: { content: 'm' } }] }, { text: 'm' }],
  ['delta null', { choices: [{ delta: null, finish_reason: 'stop' }] }, { finishReason: 'stop' }],
  [
    'two choices',
    { choices: [{ delta: { content: 'a' } }, { delta: { content: 'b' } }] },
    { text: 'a' },
  ],
  ['an empty reason', { choices: [{ delta: {}, finish_reason: '' }] }, {}],
  ['a reason of a wrong type', { choices: [{ delta: {}, finish_reason: 7 }] }, {}],
  ['choices null and empty ids', { id: '', request_id: null, choices: null }, {}],
  ['choices of a wrong type', { choices: { delta: { content: 'a' } } }, {}],
  ['no choices', { choices: [] }, {}],
  ['a choice that is null', { choices: [null] }, {}],
  ['an id of a wrong type', { id: 5 }, {}],
  ['null', null, {}],
  ['a list', [], {}],
  ['a number', 5, {}],
  ['error null', { error: null }, {}],
];

for (const [name, event, differs] of shapes) {
  t.test(`an event with ${name} is read for what it has`, async (t) => {
    t.strictSame(readChunk(event), { ...nothing, ...differs });
  });
}

t.test('usage has the details that GLM tells, as whole numbers', async (t) => {
  const details = (cached: unknown, reasoning: unknown) =>
    usageOf({
      prompt_tokens_details: { cached_tokens: cached },
      completion_tokens_details: { reasoning_tokens: reasoning },
    });
  const none = { promptTokens: 0, completionTokens: 0, totalTokens: 0 };
  t.strictSame(details(3, 4.4), { ...none, cachedTokens: 3, reasoningTokens: 4 });
  t.strictSame(details(-1, 0), { ...none, cachedTokens: 0, reasoningTokens: 0 });
  t.strictSame(details('3', null), none);
});

t.test('usage is three whole numbers, whatever GLM writes', async (t) => {
  const usage = (promptTokens: number, completionTokens: number, totalTokens: number) => ({
    promptTokens,
    completionTokens,
    totalTokens,
  });
  t.equal(usageOf(null), null);
  t.equal(usageOf(undefined), null);
  t.equal(usageOf('7'), null);
  t.strictSame(usageOf({}), usage(0, 0, 0));
  t.strictSame(usageOf({ prompt_tokens: 3, completion_tokens: 4 }), usage(3, 4, 7));
  t.strictSame(usageOf({ prompt_tokens: 3, total_tokens: 9 }), usage(3, 0, 9));
  t.strictSame(
    usageOf({ prompt_tokens: 2.6, completion_tokens: -1, total_tokens: '5' }),
    usage(3, 0, 3),
  );
  t.strictSame(
    usageOf({ prompt_tokens: Number.POSITIVE_INFINITY, completion_tokens: null }),
    usage(0, 0, 0),
  );
});
