// Long work of several requests never shares a turn of the event loop.

import t from 'tap';
import { ownTurn } from '../../src/lib/own-turn.ts';
import { turnCounter } from '../support/turn-counter.ts';

t.test('each caller has a turn of its own, in the order in which they ask', async (t) => {
  const turns = turnCounter();
  const had: (readonly [caller: number, turn: number])[] = [];
  const work = async (caller: number) => {
    await ownTurn();
    had.push([caller, turns.count]);
  };
  await Promise.all([0, 1, 2, 3, 4].map(work));
  turns.stop();
  const [[, first = 0] = []] = had;
  t.strictSame(
    had,
    [0, 1, 2, 3, 4].map((caller) => [caller, first + caller]),
  );
});
