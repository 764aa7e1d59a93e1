// After how long a request that was not refused counts as taken.

import t from 'tap';
import { RefusalTime } from '../../src/admission/refusal-time.ts';

t.test('while nothing was refused nobody knows', async (t) => {
  t.equal(new RefusalTime().takenAfterMs, Number.POSITIVE_INFINITY);
});

t.test('it is four times what refusals take, and a quarter of a second at least', async (t) => {
  const time = new RefusalTime();
  time.refused(10);
  t.equal(time.takenAfterMs, 250);
  time.refused(200);
  t.equal(time.takenAfterMs, 800);
});

t.test('a slow refusal is believed at once, and forgotten slowly', async (t) => {
  const time = new RefusalTime();
  for (const ms of [100, 1100, 100]) time.refused(ms);
  t.equal(time.takenAfterMs, 4000);
  for (let count = 0; count < 50; count++) time.refused(100);
  t.ok(time.takenAfterMs > 400 && time.takenAfterMs < 430, `${time.takenAfterMs}`);
});
