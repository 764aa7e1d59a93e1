// Shows that the limit finds what is granted, shrinks once per trouble, pauses politely and recovers.

import t from 'tap';
import { AdaptiveLimit, type LaneOutcome } from '../../src/worker/adaptive-limit.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type Random, seededRandom } from '../support/seeded-random.ts';

const { POSITIVE_INFINITY: NEVER } = Number;

/** A limit with a clock of its own; pauses are exactly as long as they are meant unless told. */
function lane({ max = 50, random = 0.5 } = {}) {
  const clock = new FakeClock(1_000_000);
  const limit = new AdaptiveLimit({ max, clock, random: () => random });
  const start = (count: number) => {
    for (let one = 0; one < count; one++) limit.started();
  };
  const finish = (count: number, outcome: LaneOutcome) => {
    for (let one = 0; one < count; one++) limit.finished(outcome);
  };
  /** Rounds of calls of a second; each that ends makes way for another. */
  const rounds = (count: number) => {
    for (let round = 0; round < count; round++) {
      while (limit.waitMs() === 0) limit.started();
      clock.advance(1000);
      for (let ends = limit.inFlight; ends > 0; ends--) {
        limit.granted();
        limit.finished('granted');
        while (limit.waitMs() === 0) limit.started();
      }
    }
  };
  return { clock, limit, start, finish, rounds };
}

t.test('a lane that is never refused runs up to its maximum without any pause', async (t) => {
  const { clock, limit, start } = lane({ max: 3 });
  const waits: number[] = [];
  for (let call = 0; call < 200; call++) {
    waits.push(limit.waitMs());
    limit.started();
    limit.granted();
    clock.advance(10);
    limit.finished('granted');
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
  finish(40, 'rate_limited');
  t.equal(limit.inFlight, 10);
  t.ok(limit.limit < 10 && limit.limit > 5, `${limit.limit}`);
  t.equal(limit.waitMs(), NEVER, 'nothing starts before places are given back');
});

t.test('refusals of one round trip count once, those of the next one again', async (t) => {
  const one = lane();
  one.start(11);
  one.finish(1, 'rate_limited');
  const { limit, start, finish } = lane();
  start(13);
  finish(3, 'rate_limited');
  const { limit: once } = limit;
  t.ok(Math.abs(once - one.limit.limit) < 1e-9, 'ten places are held in either case');
  finish(6, 'granted');
  start(1);
  finish(1, 'rate_limited');
  t.ok(limit.limit < once, `${limit.limit} after ${once}`);
});

t.test('after a refusal the window grows fast, then slowly, then fast again', async (t) => {
  const { limit, start, finish, rounds } = lane();
  start(11);
  finish(1, 'rate_limited');
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

t.test('calls that do not fill the window say nothing about room for more', async (t) => {
  const { limit, start, finish } = lane();
  start(11);
  finish(1, 'rate_limited');
  finish(10, 'other');
  const { limit: before } = limit;
  for (let call = 0; call < 100; call++) {
    start(1);
    limit.granted();
    finish(1, 'granted');
  }
  t.equal(limit.limit, before);
});

t.test('with nothing granted it asks again after pauses as long as calls are', async (t) => {
  const waitAfter = (callMs: number, random: number) => {
    const { clock, limit, start, finish } = lane({ random });
    for (let call = 0; call < 100; call++) {
      start(1);
      clock.advance(callMs);
      finish(1, 'granted');
    }
    start(1);
    finish(1, 'rate_limited');
    return limit.waitMs() / callMs;
  };
  const usual = waitAfter(1000, 0.5);
  t.ok(usual > 1 && usual < 2, `${usual}`);
  t.ok(Math.abs(waitAfter(5000, 0.5) - usual) < 0.01);
  t.ok(Math.abs(waitAfter(1000, 0) - usual / 2) < 0.01, 'half as long at least');
  t.ok(Math.abs(waitAfter(1000, 1) - usual * 1.5) < 0.01, 'one and a half times at most');
});

t.test('pauses grow while nothing is granted, up to a minute, and a grant ends that', async (t) => {
  const { clock, limit, start, finish } = lane({ random: 1 });
  const refuse = () => {
    start(1);
    finish(1, 'rate_limited');
    const wait = Math.round(limit.waitMs());
    clock.advance(wait);
    return wait;
  };
  const waits = Array.from({ length: 2000 }, refuse);
  t.ok(
    waits.every((wait, index) => wait >= (waits[index - 1] ?? 0)),
    'they never get shorter',
  );
  const [first = 0] = waits;
  const relative = [waits[14], waits[15], waits[31]].map((wait = 0) => Math.round(wait / first));
  t.strictSame(relative, [1, 2, 4]);
  t.equal(waits.at(-1), 45_000);
  start(1);
  limit.granted();
  clock.advance(1000);
  finish(1, 'granted');
  t.equal(Math.round(refuse() / first), 1);
});

t.test('who is refused a second place gives the first one up for a while', async (t) => {
  const { clock, limit, start, finish } = lane();
  start(2);
  finish(1, 'rate_limited');
  t.equal(limit.waitMs(), NEVER);
  clock.advance(1000);
  finish(1, 'granted');
  const wait = limit.waitMs();
  t.ok(wait > 500 && wait < 1500, `${wait}`);
  clock.advance(wait);
  t.equal(limit.waitMs(), 0);
  t.equal(limit.limit, 1);
});

t.test(
  'an overloaded GLM stops the whole lane for a while and leaves its window alone',
  async (t) => {
    const { clock, limit, start, finish } = lane();
    start(5);
    finish(1, 'overloaded');
    t.strictSame([limit.waitMs(), limit.limit], [1000, 50]);
    finish(3, 'overloaded');
    t.equal(limit.waitMs(), 1000, 'the others were sent before the pause');
    limit.granted();
    clock.advance(1000);
    start(1);
    t.equal(limit.waitMs(), 1000, 'one request at a time tries again');
    finish(1, 'overloaded');
    t.equal(limit.waitMs(), 2000);
    clock.advance(2000);
    start(1);
    limit.granted();
    clock.advance(1000);
    start(5);
    t.equal(limit.waitMs(), 0, 'its grant lets the others follow');
    for (let time = 0; time < 50; time++) {
      clock.advance(limit.waitMs());
      start(1);
      finish(1, 'overloaded');
    }
    t.equal(limit.waitMs(), 30_000, 'no pause is longer');
  },
);

t.test(
  'at its maximum it offers room after a refusal, ever more rarely, and then no more',
  async (t) => {
    const { limit, start, finish, rounds } = lane({ max: 4 });
    start(4);
    finish(1, 'rate_limited');
    finish(3, 'granted');
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
  finish(1, 'rate_limited');
  clock.advance(600_000);
  start(1);
  t.ok(limit.limit < 10, 'a long call is not a minute without requests');
  finish(11, 'granted');
  clock.advance(60_000);
  start(1);
  t.ok(limit.limit < 10);
  finish(1, 'granted');
  clock.advance(60_001);
  start(1);
  t.equal(limit.limit, 50);
});

t.test('another maximum counts at once; running requests stay', async (t) => {
  const { limit, start } = lane({ max: 5 });
  start(5);
  limit.setMax(2);
  t.strictSame([limit.limit, limit.inFlight, limit.waitMs()], [2, 5, NEVER]);
  limit.setMax(8);
  t.strictSame([limit.limit, limit.inFlight, limit.waitMs()], [8, 5, 0]);
});

t.test('it knows when GLM accepted a request last', async (t) => {
  const { clock, limit, start } = lane();
  start(1);
  t.equal(limit.lastGrantAt, null);
  limit.granted();
  clock.advance(5);
  t.equal(limit.lastGrantAt, 1_000_000);
});

t.test('a clock that is set back does not stop a lane', async (t) => {
  let now = 10_000_000;
  const clock = { now: () => now, after: () => () => undefined };
  const limit = new AdaptiveLimit({ max: 5, clock, random: () => 0.5 });
  limit.started();
  now -= 3_600_000;
  limit.finished('granted');
  limit.started();
  now += 3_600_000;
  limit.finished('rate_limited');
  const wait = limit.waitMs();
  t.ok(wait > 0 && wait < 45_000, `${wait}`);
  now -= 3_600_000;
  t.equal(limit.waitMs(), 0);
});

/** Half of all is granted. */
const OUTCOMES: readonly LaneOutcome[] = [
  'granted',
  'granted',
  'rate_limited',
  'overloaded',
  'other',
];

/** What is wrong after 500 random steps. */
function wrongAfterSteps(random: Random): unknown[] {
  const clock = new FakeClock(1_000_000);
  let max = 1 + random.below(20);
  const limit = new AdaptiveLimit({ max, clock, random: () => random.below(1000) / 1000 });
  let running = 0;
  const wrong: unknown[] = [];
  for (let step = 0; step < 500; step++) {
    const outcome = random.pick(OUTCOMES);
    if (random.oneIn(200)) max = 1 + random.below(20);
    limit.setMax(max);
    if (random.oneIn(3)) clock.advance(random.below(3000));
    if (limit.waitMs() === 0) {
      limit.started();
      running++;
    } else {
      if (outcome === 'granted') limit.granted();
      limit.finished(outcome);
      running = Math.max(0, running - 1);
    }
    const { inFlight, limit: window } = limit;
    const wait = limit.waitMs();
    const waits = wait === NEVER ? inFlight >= Math.round(window) : wait >= 0 && wait <= 45_000;
    const good = inFlight === running && window >= 1 && window <= max && waits;
    if (!good) wrong.push({ step, inFlight, running, window, max, wait });
  }
  return wrong;
}

t.test('whatever happens, it stays within its bounds', async (t) => {
  const random = seededRandom(t);
  for (let run = 0; run < 200; run++) {
    const wrong = wrongAfterSteps(random);
    if (wrong.length > 0) t.strictSame(wrong, [], `run ${run}`);
  }
});
