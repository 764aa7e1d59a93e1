// A worker that leaves is there for those whom the controller had sent, and no longer.

import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import { lateCallers } from '../../src/app/late-callers.ts';
import { FakeClock } from '../support/fake-clock.ts';

const NEVER = new AbortController().signal;

/** How long it waits, in steps of 50 milliseconds, when somebody asks about a model at these moments. */
async function waited(questions: readonly number[], over = NEVER): Promise<number> {
  const clock = new FakeClock(1000);
  const askedAt = () => {
    const past = questions.map((at) => 1000 + at).filter((at) => at <= clock.now());
    return past.at(-1) ?? Number.NEGATIVE_INFINITY;
  };
  let isOver = false;
  const waiting = lateCallers(clock, askedAt, over).then(() => {
    isOver = true;
  });
  await turn();
  while (!isOver && clock.now() < 100_000) {
    clock.advance(50);
    await turn();
  }
  await waiting;
  return clock.now() - 1000;
}

t.test('half a second is long enough when nobody asks', async (t) => {
  t.equal(await waited([]), 500);
  t.equal(await waited([-300]), 500, 'what was asked before the goodbye does not count');
});

t.test('whoever asks about a model gets the time to ask the model', async (t) => {
  t.equal(await waited([400]), 900);
  t.equal(await waited([400, 850, 1300]), 1800);
});

t.test('who asks for ever does not hold it up', async (t) => {
  t.equal(await waited(Array.from({ length: 1000 }, (_, index) => index * 100)), 5000);
});

t.test('it waits for nobody once its time is over', async (t) => {
  t.equal(await waited([], AbortSignal.abort()), 0);
  const over = new AbortController();
  const waiting = waited([], over.signal);
  over.abort();
  t.equal(await waiting, 0);
});
