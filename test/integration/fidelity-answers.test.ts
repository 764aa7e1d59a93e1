// The defects of the worker that this one replaces, in what it made of GLM's answers: none is back.

import t from 'tap';
import type { ChatScenario, ExtraChunk } from '../../src/sandbox/glm/scenario.ts';
import { checkAnswer, lastText } from '../support/frames.ts';
import { json } from '../support/http-call.ts';
import { HELLO, startWorker } from '../support/start-worker.ts';
import { wordByWord } from '../support/word-by-word.ts';

const NO_RETRIES = { UPSTREAM_RETRIES: '0' };

/** Odd streams that are whole, and the defect that each of them was. */
const odd: readonly (readonly [defect: string, scenario: Omit<ChatScenario, 'kind'>])[] = [
  ...(
    [
      ['a chunk with a role only', 'role-only'],
      ['a chunk with a tool call', 'tool-call'],
      ['a chunk with content null', 'null-content'],
      ['a chunk with empty choices', 'empty-choices'],
      ['a chunk with choices null', 'choices-null'],
      ['a comment', 'ping-comment'],
      ['an event without data', 'empty-data'],
      ['a retry line', 'retry-line'],
    ] satisfies readonly (readonly [string, ExtraChunk])[]
  ).map(([defect, kind]) => [defect, { extraChunks: [kind, kind] }] as const),
  ['thoughts first', { reasoning: 'let me see' }],
  ['the usage in a chunk of its own', { usage: 'own chunk' }],
  ['no blank after the colon', { spaceAfterColon: false }],
  ['no [DONE]', { done: false }],
  ['no finish_reason but [DONE]', { finishReason: null }],
  ['lines that end with CR LF', { lineEnding: '\r\n' }],
  ['lines that end with CR', { lineEnding: '\r' }],
  ['a byte order mark', { bom: true }],
  ['a role in the first chunk only', { rolePerChunk: false }],
  ['one byte per write', { splitBytes: 1 }],
  ['all events in one write', { eventsPerWrite: 100 }],
  ['half a character per event', { chunkChars: 1 }],
];

t.test('an answer is whole, whatever stands beside its text', async (t) => {
  const { stream, glm } = await startWorker(t, NO_RETRIES);
  for (const [defect, scenario] of odd) {
    glm.script({ kind: 'chat', text: 'The answer 😀.', ...scenario });
    const reply = await stream().reply;
    checkAnswer(t, reply);
    t.equal(lastText(reply.frames), 'The answer 😀.', defect);
    t.match(reply.frames.at(-1), { finish_reason: 'stop' }, defect);
  }
});

t.test('content in parts is text', async (t) => {
  const { stream, glm } = await startWorker(t);
  glm.script({ kind: 'chat', text: 'one.', extraChunks: ['list-content'] });
  t.equal(lastText((await stream().reply).frames), 'List. one.');
});

t.test('a refusal is a failure with a sentence, never an empty answer', async (t) => {
  const { stream, post, glm } = await startWorker(t, { ...NO_RETRIES, QUEUE_TIMEOUT: '0.2' });
  for (const [status, body] of [
    [401, '{"error":{"code":"1000","message":"PLANTED"}}'],
    [429, '{"error":{"code":"1302","message":"PLANTED"}}'],
    [502, '<html>PLANTED</html>'],
    [500, ''],
  ] as const) {
    glm.setDefault({ kind: 'error', status, body });
    const { frames } = await stream().reply;
    t.equal(frames.length, 1);
    t.strictSame(json(await post('/worker_generate', HELLO)), frames[0]);
    t.match(frames[0], { text: /./, error_code: Number, error: { type: /./ } });
    t.not(frames[0]?.['error_code'], 0);
    t.notMatch(JSON.stringify(frames), /PLANTED|html/);
  }
});

t.test("an error within the stream keeps GLM's code and words, in the log", async (t) => {
  const { stream, glm, logs } = await startWorker(t, NO_RETRIES);
  const message = 'PLANTED words of GLM';
  glm.script({ kind: 'fault', fault: 'error-data', pieces: ['so far'], code: '1301', message });
  const { frames } = await stream().reply;
  t.match(frames.at(-2), { text: 'so far', error_code: 0 });
  t.match(frames.at(-1), { error_code: 40302, error: { type: 'content_blocked', code: 40302 } });
  t.notMatch(JSON.stringify(frames), /PLANTED/);
  t.match(logs.withMessage('failed'), [
    { failure: 'content_blocked', upstream: { code: '1301', message, requestId: /./ } },
  ]);
});

t.test('how an answer ended is told in the last frame, streamed or not', async (t) => {
  const { stream, post, glm } = await startWorker(t, NO_RETRIES);
  for (const [finishReason, expected] of [
    ['stop', { finish_reason: 'stop', error_code: 0 }],
    ['length', { finish_reason: 'length', error_code: 0 }],
    ['tool_calls', { finish_reason: 'stop', error_code: 0 }],
    ['model_context_window_exceeded', { finish_reason: 'length', error_code: 0 }],
    ['a new word', { error_code: 50001 }],
    ['abort', { error_code: 50001 }],
    ['content_filter', { error_code: 40302 }],
    ['sensitive', { error_code: 40302 }],
    ['network_error', { error_code: 50001 }],
  ] as const) {
    glm.setDefault({ kind: 'chat', text: 'text', finishReason });
    t.match((await stream().reply).frames.at(-1), expected, finishReason);
    t.match(json(await post('/worker_generate', HELLO)), expected, finishReason);
  }
});

t.test('an answer that breaks off never looks complete', async (t) => {
  const { stream, post, glm } = await startWorker(t, NO_RETRIES);
  for (const fault of ['end-without-done', 'close-mid-event', 'reset-mid-event'] as const) {
    glm.setDefault({ kind: 'fault', fault, pieces: ['half', ' of', ' it'], after: 2 });
    const cut = { error_code: 50001, error: { type: 'upstream_cut' } };
    const { frames } = await stream().reply;
    t.match(frames.at(-2), { text: 'half of', finish_reason: null });
    t.match(frames.at(-1), cut, fault);
    t.match(json(await post('/worker_generate', HELLO)), cut, fault);
  }
});

t.test('usage is three whole numbers, whether GLM tells them or not', async (t) => {
  const { post, glm } = await startWorker(t);
  const told = { prompt_tokens: 11, completion_tokens: 5, total_tokens: 16 };
  const usage = async (more: Omit<ChatScenario, 'kind'>) => {
    glm.script({ kind: 'chat', text: 'text', ...more });
    return Object(json(await post('/worker_generate', HELLO))['usage']);
  };
  t.strictSame(await usage({ usage: told }), told);
  const untold = await usage({ usage: null });
  t.strictSame(Object.keys(untold), Object.keys(told));
  t.ok(Object.values(untold).every(Number.isSafeInteger));
  t.ok(untold.prompt_tokens > 0 && untold.completion_tokens > 0);
});

t.test('the last frame is the whole answer once more, and there is one of it', async (t) => {
  const { frames } = await wordByWord(await startWorker(t), ['a', 'b']);
  t.strictSame(
    frames.map(({ text, finish_reason }) => [text, finish_reason]),
    [
      ['a', null],
      ['ab', null],
      ['ab', 'stop'],
    ],
  );
});
