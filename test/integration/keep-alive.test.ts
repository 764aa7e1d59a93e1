// No stream is silent for long: callers of FastChat give up on silence, waiting line included.

import t from 'tap';
import { checkAnswer, lastText } from '../support/frames.ts';
import { startWorker } from '../support/start-worker.ts';
import { wordByWord } from '../support/word-by-word.ts';

const OFTEN = { KEEP_ALIVE_INTERVAL: '0.03' };

/** What is sent while there is nothing to say: FastChat takes it for no news. */
const NO_NEWS = {
  text: '',
  error_code: 0,
  usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  finish_reason: null,
};

t.test('while GLM is silent before its answer an empty text is sent again and again', async (t) => {
  const { stream, glm } = await startWorker(t, OFTEN);
  glm.script({ kind: 'chat', text: 'at last', firstDelayMs: 300 });
  const reply = await stream().reply;
  checkAnswer(t, reply);
  t.ok(reply.frames.filter(({ text }) => text === '').length >= 3);
  t.strictSame(reply.frames[0], NO_NEWS);
  t.equal(lastText(reply.frames), 'at last');
});

t.test('while GLM is silent in the middle the text so far is sent again', async (t) => {
  const { stream, glm } = await startWorker(t, OFTEN);
  glm.script({ kind: 'chat', pieces: ['half', ' of it'], paceMs: 200 });
  const reply = await stream().reply;
  checkAnswer(t, reply);
  t.ok(reply.frames.filter(({ text }) => text === 'half').length >= 3);
});

t.test('who waits in line hears of it', async (t) => {
  const { stream, glm } = await startWorker(t, { ...OFTEN, LIMIT_WORKER_CONCURRENCY: '1' });
  glm.script({ kind: 'fault', fault: 'hang-before-headers' });
  const running = stream();
  await glm.waitForCall(1);
  const waiting = stream();
  let heard = 0;
  await waiting.frame(() => ++heard >= 3);
  running.leave();
  const reply = await waiting.reply;
  checkAnswer(t, reply);
  t.strictSame(reply.frames[0], NO_NEWS);
  t.match(reply.frames.at(-1), { finish_reason: 'stop', error_code: 0 });
});

t.test('text that comes often enough is not repeated', async (t) => {
  const worker = await startWorker(t, { KEEP_ALIVE_INTERVAL: '5' });
  const { frames } = await wordByWord(worker, ['a', 'b', 'c']);
  t.strictSame(
    frames.map(({ text }) => text),
    ['a', 'ab', 'abc', 'abc'],
  );
});

t.test('an interval of 0 turns the repeats off', async (t) => {
  const { stream, glm } = await startWorker(t, { KEEP_ALIVE_INTERVAL: '0' });
  const pause = { pause: 100 };
  glm.script({ kind: 'chat', pieces: [pause, 'a', { hold: 'rest' }, pause, 'b', pause] });
  const running = stream();
  await running.frame(({ text }) => text === 'a');
  glm.release('rest');
  const { frames } = await running.reply;
  t.strictSame(
    frames.map(({ text }) => text),
    ['a', 'ab', 'ab'],
  );
});
