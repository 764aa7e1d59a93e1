// Shows that a refused lane pauses politely: for as long as calls are, longer when nothing helps.

import t from 'tap';
import { AdaptiveLimit } from '../../src/admission/adaptive-limit.ts';
import { lane } from './lane.ts';

const { POSITIVE_INFINITY: NEVER } = Number;

t.test('with nothing granted it asks again after pauses as long as calls are', async (t) => {
  const waitAfter = (callMs: number, random: number) => {
    const { clock, limit, start, finish } = lane({ random });
    for (let call = 0; call < 100; call++) {
      start(1);
      clock.advance(callMs);
      finish(1, 'accepted');
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

t.test('pauses grow while nothing is granted, up to 45 s, and a grant ends that', async (t) => {
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
  limit.accepted();
  clock.advance(1000);
  finish(1, 'accepted');
  t.equal(Math.round(refuse() / first), 1);
});

t.test('who is refused a second place gives the first one up for a while', async (t) => {
  const { clock, limit, start, finish } = lane();
  start(2);
  finish(1, 'rate_limited');
  t.equal(limit.waitMs(), NEVER);
  clock.advance(1000);
  finish(1, 'accepted');
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
    limit.accepted();
    clock.advance(1000);
    start(1);
    t.equal(limit.waitMs(), 1000, 'one request at a time tries again');
    finish(1, 'overloaded');
    t.equal(limit.waitMs(), 2000);
    clock.advance(2000);
    start(1);
    limit.accepted();
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

t.test('a clock that is set back does not stop a lane', async (t) => {
  let now = 10_000_000;
  const clock = { now: () => now, after: () => () => undefined };
  const limit = new AdaptiveLimit({ max: 5, clock, random: () => 0.5 });
  limit.started();
  now -= 3_600_000;
  limit.finished('accepted');
  limit.started();
  now += 3_600_000;
  limit.finished('rate_limited');
  const wait = limit.waitMs();
  t.ok(wait > 0 && wait < 45_000, `${wait}`);
  now -= 3_600_000;
  t.equal(limit.waitMs(), 0);
});
