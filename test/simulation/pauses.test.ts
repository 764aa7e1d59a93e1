// Shows that a refused lane pauses politely: for as long as calls are, longer when nothing helps.

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

t.test('pauses grow while nothing is accepted, up to 45 s, and an answer ends that', async (t) => {
  const { clock, limit, start, finish } = lane({ random: 1 });
  const refuse = () => {
    start(1);
    finish(1, 'limited');
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
