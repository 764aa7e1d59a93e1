// What OpenAI's clients read of an answer, byte by byte.

import t from 'tap';
import { Failure } from '../../src/failure/failure.ts';
import { Chunks, errorEvent, wirePiece } from '../../src/openai/chunks.ts';
import { type AnswerPiece, Completion } from '../../src/openai/completion.ts';
import { embeddingsReplyBytes } from '../../src/openai/embeddings.ts';
import { errorBody } from '../../src/openai/errors.ts';
import { modelList } from '../../src/openai/models.ts';

const HEAD = { id: 'chatcmpl-1', created: 7, model: 'm' };
const USAGE = { promptTokens: 1, completionTokens: 2, totalTokens: 3 };

const data = (event: string) => JSON.parse(event.slice('data: '.length));

t.test('a chunk has what is new, and no usage unless it is asked for', async (t) => {
  const chunks = new Chunks(HEAD, false);
  const event = chunks.chunk({ content: '你' });
  t.match(event, /^data: .*\n\n$/);
  t.strictSame(data(event), {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 7,
    model: 'm',
    choices: [{ index: 0, delta: { content: '你' }, logprobs: null, finish_reason: null }],
  });
  t.equal(chunks.usage(USAGE), '');
});

t.test(
  'usage that is asked for is null in all chunks but the last, which has no choice',
  async (t) => {
    const chunks = new Chunks(HEAD, true);
    const { choices, usage } = data(chunks.chunk({}, 'length'));
    t.strictSame(choices[0].finish_reason, 'length');
    t.equal(usage, null);
    const last = data(chunks.usage({ ...USAGE, cachedTokens: 1, reasoningTokens: 0 }));
    t.strictSame(last.choices, []);
    t.strictSame(last.usage, {
      prompt_tokens: 1,
      completion_tokens: 2,
      total_tokens: 3,
      prompt_tokens_details: { cached_tokens: 1 },
      completion_tokens_details: { reasoning_tokens: 0 },
    });
  },
);

t.test('only the first piece of a call names it', async (t) => {
  t.strictSame(wirePiece({ index: 1, id: 'c', name: 'f', arguments: '{' }), {
    index: 1,
    id: 'c',
    type: 'function',
    function: { name: 'f', arguments: '{' },
  });
  t.strictSame(wirePiece({ index: 1, arguments: '}' }), { index: 1, function: { arguments: '}' } });
});

t.test('a failure is one event with the same error as a reply', async (t) => {
  const failure = new Failure('upstream_cut');
  t.strictSame(data(errorEvent(failure)), errorBody(failure));
});

function replyOf(...pieces: readonly Partial<AnswerPiece>[]) {
  const completion = new Completion();
  for (const piece of pieces) {
    completion.add({ reasoning: '', text: '', finish: null, usage: USAGE, ...piece });
  }
  return completion.reply(HEAD);
}

const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };

t.test('a whole reply is put together from the pieces of its answer', async (t) => {
  const pieces = [{ reasoning: 'h' }, { reasoning: 'm' }, { text: 'a' }, { text: 'b' }];
  t.strictSame(replyOf(...pieces, { finish: 'stop' }), {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 7,
    model: 'm',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'ab', reasoning_content: 'hm' },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage,
  });
});

t.test('calls are put together by their index, with null for no text', async (t) => {
  const reply = replyOf(
    { toolCalls: [{ index: 1, id: 'b', name: 'g', arguments: '{}' }] },
    { toolCalls: [{ index: 0, id: 'a', name: 'f', arguments: '{"x"' }] },
    { toolCalls: [{ index: 0, arguments: ':1}' }], finish: 'tool_calls' },
  );
  t.match(reply, {
    choices: [
      {
        message: {
          content: null,
          tool_calls: [
            { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
            { id: 'b', type: 'function', function: { name: 'g', arguments: '{}' } },
          ],
        },
        finish_reason: 'tool_calls',
      },
    ],
  });
  const pieces = [{ text: 'x' }, { toolCalls: [{ index: 0, arguments: '1' }] }];
  t.match(replyOf(...pieces), {
    choices: [
      {
        message: {
          content: 'x',
          tool_calls: [{ id: '', function: { name: '', arguments: '1' } }],
        },
      },
    ],
  });
});

t.test('the reply to embeddings has the vectors as they are, and any name', async (t) => {
  const vectors = ['[0.10]', '"AA=="'];
  const bytes = await embeddingsReplyBytes({ model: '向量"', vectors, tokens: 3 });
  t.equal(
    bytes.toString(),
    '{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.10]},' +
      '{"object":"embedding","index":1,"embedding":"AA=="}],"model":"向量\\"",' +
      '"usage":{"prompt_tokens":3,"total_tokens":3}}',
  );
});

t.test("a list of models is in OpenAI's form", async (t) => {
  t.strictSame(modelList(['a/b'], 7), {
    object: 'list',
    data: [{ id: 'a/b', object: 'model', created: 7, owned_by: 'glm-worker' }],
  });
});
