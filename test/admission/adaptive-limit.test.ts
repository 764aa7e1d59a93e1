// Shows that the limit finds what is granted, shrinks once per trouble and finds new room.

import t from 'tap';
import { lane } from '../simulation/lane.ts';

const { POSITIVE_INFINITY: NEVER } = Number;

t.test('a lane that is never refused runs up to its maximum without any pause', async (t) => {
  const { clock, limit, start } = lane({ max: 3 });
  const waits: number[] = [];
  for (let call = 0; call < 200; call++) {
    waits.push(limit.waitMs());
    limit.started();
    limit.accepted();
    clock.advance(10);
    limit.finished('accepted');
  }
  t.strictSame(new Set(waits), new Set([0]));
  start(2);
  t.equal(limit.waitMs(), 0);
  start(1);
  t.equal(limit.waitMs(), NEVER);
  t.equal(limit.limit, 3);
});

t.test('a burst of refusals finds in one round trip what was granted', async (t) => {
  const { limit, start, finish } = lane();
  start(50);
  finish(40, 'limited');
  t.equal(limit.inFlight, 10);
  t.ok(limit.limit < 10 && limit.limit > 5, `${limit.limit}`);
  t.equal(limit.waitMs(), NEVER, 'nothing starts before permits are given back');
});

t.test('refusals of one round trip count once, those of the next one again', async (t) => {
  const one = lane();
  one.start(11);
  one.finish(1, 'limited');
  const { limit, start, finish } = lane();
  start(13);
  finish(3, 'limited');
  const { limit: once } = limit;
  t.ok(Math.abs(once - one.limit.limit) < 1e-9, 'ten permits are held in either case');
  finish(6, 'accepted');
  start(1);
  finish(1, 'limited');
  t.ok(limit.limit < once, `${limit.limit} after ${once}`);
});

t.test('after a refusal the window grows fast, then slowly, then fast again', async (t) => {
  const { limit, start, finish, rounds } = lane();
  start(11);
  finish(1, 'limited');
  const limits = Array.from({ length: 22 }, () => {
    rounds(1);
    return limit.limit;
  });
  const steps = limits.map((one, round) => one - (limits[round - 1] ?? 6.2));
  const slowest = Math.min(...steps.slice(0, 15));
  const [first = 0] = steps;
  t.ok(slowest >= 0 && first > 20 * slowest, 'lost ground is soon made up');
  const [atSlowest = 0] = limits.filter((_, round) => steps[round] === slowest);
  t.ok(Math.abs(atSlowest - 8.5) < 0.5, `it dwells near the last refusal, at ${atSlowest}`);
  t.ok(Math.max(...limits) > 45, 'new room is found');
});

t.test('a limit met again and again is asked for more ever more rarely', async (t) => {
  const { limit, start, finish, rounds } = lane();
  start(11);
  finish(1, 'limited');
  finish(10, 'accepted');
  /** Rounds until one more than ten is tried, which is refused. */
  const roundsUntilMore = () => {
    for (let round = 1; ; round++) {
      rounds(1);
      if (limit.inFlight <= 10) continue;
      finish(limit.inFlight - 10, 'limited');
      return round;
    }
  };
  const cycles = Array.from({ length: 9 }, roundsUntilMore);
  const [first = 0] = cycles;
  const last = cycles.slice(-4);
  t.equal(new Set(last).size, 1, `${cycles}`);
  t.ok(Number(last[0]) >= 2.5 * first, `${cycles}`);
});

t.test('calls that do not fill the window say nothing about room for more', async (t) => {
  const { limit, start, finish } = lane();
  start(11);
  finish(1, 'limited');
  finish(10, 'other');
  const { limit: before } = limit;
  for (let call = 0; call < 100; call++) {
    start(1);
    limit.accepted();
    finish(1, 'accepted');
  }
  t.equal(limit.limit, before);
});

t.test(
  'at its maximum it offers room after a refusal, ever more rarely, and then no more',
  async (t) => {
    const { limit, start, finish, rounds } = lane({ max: 4 });
    start(4);
    finish(1, 'limited');
    finish(3, 'accepted');
    const offers: number[] = [];
    let before = limit.limit;
    for (let round = 0; round < 2000; round++) {
      rounds(1);
      if (limit.limit < before) offers.push(round);
      before = limit.limit;
    }
    const gaps = offers.slice(1).map((round, index) => round - (offers[index] ?? 0));
    t.equal(offers.length, 5);
    t.ok(
      gaps.every((gap, index) => gap > (gaps[index - 1] ?? 0)),
      `${gaps}`,
    );
    t.equal(limit.limit, 4);
  },
);

t.test('after a minute without requests it starts afresh', async (t) => {
  const { clock, limit, start, finish } = lane();
  start(11);
  finish(1, 'limited');
  clock.advance(600_000);
  start(1);
  t.ok(limit.limit < 10, 'a long call is not a minute without requests');
  finish(11, 'accepted');
  clock.advance(60_000);
  start(1);
  t.ok(limit.limit < 10);
  finish(1, 'accepted');
  clock.advance(60_001);
  start(1);
  t.equal(limit.limit, 50);
});

t.test('another maximum counts at once; running requests stay', async (t) => {
  const { limit, start } = lane({ max: 5 });
  start(5);
  limit.setBounds({ max: 2, start: 2 });
  t.strictSame([limit.limit, limit.inFlight, limit.waitMs()], [2, 5, NEVER]);
  limit.setBounds({ max: 8, start: 8 });
  t.strictSame([limit.limit, limit.inFlight, limit.waitMs()], [8, 5, 0]);
});

t.test(
  'until a limit is met the window doubles with each round of answers that fill it',
  async (t) => {
    const { limit, rounds } = lane({ max: 100, start: 5 });
    const windows = Array.from({ length: 6 }, () => {
      rounds(1);
      return limit.limit;
    });
    t.strictSame(windows, [10, 20, 40, 80, 100, 100]);
  },
);

t.test('refusals that say nothing about a limit leave the window alone', async (t) => {
  const { limit, start, finish } = lane({ max: 20 });
  start(20);
  finish(15, 'unlucky');
  t.strictSame([limit.limit, limit.inFlight, limit.waitMs()], [20, 5, 0]);
});

t.test('it knows when GLM accepted a request last', async (t) => {
  const { clock, limit, start } = lane();
  start(1);
  t.equal(limit.lastAcceptedAt, null);
  limit.accepted();
  clock.advance(5);
  t.equal(limit.lastAcceptedAt, 1_000_000);
});
