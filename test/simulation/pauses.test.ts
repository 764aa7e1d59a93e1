// Shows that a refused lane pauses politely: for about as long as calls are.

import t from 'tap';
import { lane } from './lane.ts';

const { POSITIVE_INFINITY: NEVER } = Number;

t.test('with nothing accepted it asks again after pauses as long as calls are', async (t) => {
  const waitAfter = (callMs: number, random: number) => {
    const { clock, limit, start, finish } = lane({ random });
    for (let call = 0; call < 100; call++) {
      start(1);
      clock.advance(callMs);
      finish(1, 'accepted');
    }
    start(1);
    finish(1, 'limited');
    return limit.waitMs() / callMs;
  };
  const usual = waitAfter(1000, 0.5);
  t.ok(usual > 1 && usual < 2, `${usual}`);
  t.ok(Math.abs(waitAfter(5000, 0.5) - usual) < 0.01);
  t.ok(Math.abs(waitAfter(1000, 0) - usual / 2) < 0.01, 'half as long at least');
  t.ok(Math.abs(waitAfter(1000, 1) - usual * 1.5) < 0.01, 'one and a half times at most');
});

t.test(
  'pauses stay as long as calls are, however often it is refused, and below 45 s',
  async (t) => {
    const { clock, limit, start, finish } = lane({ random: 1 });
    const refuse = () => {
      start(1);
      finish(1, 'limited');
      const wait = Math.round(limit.waitMs());
      clock.advance(wait);
      return wait;
    };
    const waits = new Set(Array.from({ length: 100 }, refuse));
    t.equal(waits.size, 1);
    for (let call = 0; call < 50; call++) {
      start(1);
      clock.advance(600_000);
      finish(1, 'other');
    }
    t.equal(refuse(), 45_000);
  },
);

t.test('who is refused a second permit gives the first one up for a while', async (t) => {
  const { clock, limit, start, finish } = lane();
  start(2);
  finish(1, 'limited');
  t.equal(limit.waitMs(), NEVER);
  clock.advance(1000);
  finish(1, 'accepted');
  const wait = limit.waitMs();
  t.ok(wait > 500 && wait < 1500, `${wait}`);
  clock.advance(wait);
  t.equal(limit.waitMs(), 0);
  t.equal(limit.limit, 1);
});
