// What the simulation of a cell must tell where one can reckon it by hand.

import t from 'tap';
import { type Cell, playCell } from './cell.ts';

/** A chat costs the controller 4 ms: 250 a second are all that it can begin. */
const CELL: Cell = {
  costs: { list: 2, question: 2, heartBeat: 2 },
  ...{
    chatsPerSecond: 50,
    workers: 4,
    heartBeatSeconds: 45,
    answerSeconds: 5,
    seconds: 30,
    seed: 1,
  },
};

t.test(
  'the controller is busy by the costs of its calls, until it is busy all the time',
  async (t) => {
    const shares = [25, 50, 100, 400].map((chatsPerSecond) => {
      const { busy } = playCell({ ...CELL, chatsPerSecond });
      return Math.round(10 * busy) / 10;
    });
    t.strictSame(shares, [0.1, 0.2, 0.4, 1]);
  },
);

t.test(
  'a chat waits for its own two calls at least, and for seconds where too many come',
  async (t) => {
    const calm = playCell({ ...CELL, chatsPerSecond: 1 });
    t.equal(calm.p50, 4);
    const full = playCell({ ...CELL, chatsPerSecond: 400 });
    t.ok(full.p50 > 1000, `${full.p50} ms`);
  },
);

t.test(
  'between heart beats the table forgets no answer, so that who beats gets them all',
  async (t) => {
    const most = [45, 1].map((heartBeatSeconds) => {
      const cell = { ...CELL, chatsPerSecond: 100, seconds: 90, heartBeatSeconds };
      const { mostRunning, meanRunning } = playCell(cell);
      t.ok(meanRunning > 100 && meanRunning < 150, `${meanRunning} run, of 125 meant`);
      return mostRunning;
    });
    t.ok(Number(most[0]) > 250, `${most[0]} at the busiest with a beat in 45 s`);
    t.ok(Number(most[1]) < 190, `${most[1]} at the busiest with one each second`);
  },
);

t.test('the same seed gives the same outcome, another one another', async (t) => {
  t.strictSame(playCell(CELL), playCell(CELL));
  t.notSame(playCell(CELL), playCell({ ...CELL, seed: 2 }));
});
