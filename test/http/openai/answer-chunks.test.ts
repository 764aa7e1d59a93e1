// How an answer is cut into chunks.

import t from 'tap';
import { Failure } from '../../../src/failure/failure.ts';
import { AnswerChunks } from '../../../src/http/openai/answer-chunks.ts';
import { errorBody } from '../../../src/openai/errors.ts';
import type { AnswerDelta } from '../../../src/worker/answer.ts';

const USAGE = { promptTokens: 1, completionTokens: 2, totalTokens: 3 };

/** What each event of the answer to these deltas says. */
function eventsOf(withUsage: boolean, ...deltas: readonly Partial<AnswerDelta>[]) {
  const chunks = new AnswerChunks({ id: 'c', created: 7, model: 'm' }, withUsage);
  const nothing: AnswerDelta = { reasoning: '', text: '', finish: null, usage: USAGE };
  const text = deltas.map((delta) => chunks.encode({ ...nothing, ...delta }).tail).join('');
  return text
    .split('\n\n')
    .slice(0, -1)
    .map((event) => event.replace(/^data: /, ''))
    .map((data) => (data === '[DONE]' ? data : newsOf(JSON.parse(data))));
}

function newsOf({ choices: [choice], usage }: { choices: readonly object[]; usage?: object }) {
  const { delta, finish_reason: finish = null } = Object(choice);
  return finish ?? delta ?? usage;
}

t.test('the role comes first, each kind of news has a chunk of its own', async (t) => {
  const call = { index: 0, id: 'c', name: 'f', arguments: '{}' };
  const deltas = [{ reasoning: 'hm', text: 'a', toolCalls: [call] }, { text: 'b' }];
  t.strictSame(eventsOf(false, ...deltas, { finish: 'tool_calls' }), [
    { role: 'assistant', content: '' },
    { reasoning_content: 'hm' },
    { content: 'a' },
    {
      tool_calls: [
        { index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } },
      ],
    },
    { content: 'b' },
    'tool_calls',
    '[DONE]',
  ]);
});

t.test('the tokens are the last chunk, when they are asked for', async (t) => {
  t.strictSame(eventsOf(true, { text: 'a', finish: 'length' }), [
    { role: 'assistant', content: '' },
    { content: 'a' },
    'length',
    { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    '[DONE]',
  ]);
});

t.test('half a character is no text that every caller could read', async (t) => {
  const [half] = ['😀'.charAt(0)];
  t.strictSame(eventsOf(false, { text: `a${half}`, reasoning: half }).slice(1), [
    { reasoning_content: '\ufffd' },
    { content: 'a\ufffd' },
  ]);
});

t.test('silence is broken by a comment, a failure is the last word', async (t) => {
  const chunks = new AnswerChunks({ id: 'c', created: 7, model: 'm' }, true);
  t.equal(chunks.keepAlive().tail, ': keep-alive\n\n');
  const failure = new Failure('upstream_cut');
  t.equal(chunks.failure(failure).tail, `data: ${JSON.stringify(errorBody(failure))}\n\n`);
});
