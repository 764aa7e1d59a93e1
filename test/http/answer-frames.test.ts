// FastChat's frames of an answer, and the two ways in which one tells of a failure.

import t from 'tap';
import { Failure } from '../../src/failure/failure.ts';
import { AnswerFrames } from '../../src/http/fastchat/answer-frames.ts';
import { readFrame } from '../support/ask-chat.ts';
import { turnCounter } from '../support/turn-counter.ts';

const usage = { promptTokens: 1, completionTokens: 2, totalTokens: 3 };
const said = (text: string) => ({ reasoning: '', text, finish: null, usage });
const failure = new Failure('draining');

t.test('a failure is a frame with its code', async (t) => {
  const frames = new AnswerFrames();
  frames.encode(said('half'));
  t.match(readFrame(frames.failure(failure)), { text: failure.sentence, error_code: 42903 });
});

t.test('told as text it ends the answer, after what was said', async (t) => {
  const frames = new AnswerFrames('text');
  frames.encode(said('half'));
  const told = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
  t.strictSame(readFrame(frames.failure(failure)), {
    text: `half\n\n${failure.sentence}`,
    error_code: 0,
    usage: told,
    finish_reason: 'stop',
  });
  const first = readFrame(new AnswerFrames('text').failure(failure));
  t.match(first, { text: failure.sentence, error_code: 0, finish_reason: 'stop' });
});

t.test('others run while a long prompt is repeated in front of its completion', async (t) => {
  const prompt = 'x你\n😀'.repeat(300_000);
  const frames = new AnswerFrames();
  const turns = turnCounter();
  await frames.begin(prompt);
  turns.stop();
  t.ok(turns.count >= 5, `${turns.count} turns`);
  t.ok(readFrame(frames.encode(said('!')))['text'] === `${prompt}!`);
});
