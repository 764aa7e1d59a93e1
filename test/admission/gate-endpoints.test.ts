// Which way leads out of the gate: endpoints in turn, accounts at rest, limits that pause, shares.

import t from 'tap';
import { Gate, type Target } from '../../src/admission/gate.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { entry, routeOf, wishOf } from '../support/gate-parts.ts';

function gateOf({ permits = 100, queueLimit = 100, queueTimeoutMs = 60_000 } = {}) {
  const clock = new FakeClock();
  const gate = new Gate({ permits, queueLimit, queueTimeoutMs }, clock);
  const { signal } = new AbortController();
  return {
    clock,
    gate,
    enter: (target: Target<string>) => gate.enter(gate.ticket(), target, signal),
  };
}

t.test('endpoints are taken in turn', async (t) => {
  const { clock, enter } = gateOf();
  const target = wishOf(['a', 'b', 'c'].map((name) => routeOf(name, clock)));
  const taken: unknown[] = [];
  for (let round = 0; round < 6; round++) taken.push(await entry(enter(target)));
  t.strictSame(taken, ['a', 'b', 'c', 'a', 'b', 'c']);
});

t.test('a endpoint without room is passed over', async (t) => {
  const { clock, enter } = gateOf();
  const target = wishOf([routeOf('full', clock, 0), routeOf('free', clock)]);
  t.equal(await entry(enter(target)), 'free');
  t.equal(await entry(enter(target)), 'free');
});

t.test(
  'an account at rest is asked only when there is no other, until it has rested',
  async (t) => {
    const { clock, enter } = gateOf();
    const tired = routeOf('tired', clock);
    const awake = routeOf('awake', clock);
    const target = wishOf([tired, awake]);
    tired.account.rest(clock.now());
    const next = async () => [await entry(enter(target)), await entry(enter(target))];
    t.strictSame(await next(), ['awake', 'awake']);
    awake.account.rest(clock.now());
    t.strictSame(await next(), ['tired', 'awake']);
    clock.advance(59_999);
    t.ok(tired.account.isResting(clock.now()));
    clock.advance(1);
    t.notOk(tired.account.isResting(clock.now()));
  },
);

t.test('a limit hears once of each start, grant and end', async (t) => {
  const { clock, enter } = gateOf();
  const endpoint = routeOf('r', clock);
  const permit = await enter(wishOf([endpoint]));
  t.equal(endpoint.limit.inFlight, 1);
  t.equal(permit.wasAccepted, false);
  permit.accepted();
  t.equal(permit.wasAccepted, true);
  permit.accepted();
  permit.release('rate_limited');
  permit.release('other');
  t.equal(endpoint.limit.inFlight, 0);
  t.strictSame(endpoint.limit.notes, ['accepted', 'rate_limited']);
});

t.test('a endpoint that pauses is tried again when it said it would be free', async (t) => {
  const { clock, gate, enter } = gateOf();
  const slow = routeOf('slow', clock);
  const soon = routeOf('soon', clock);
  slow.limit.pause(500);
  soon.limit.pause(80.5);
  const waiting = entry(enter(wishOf([slow, soon])));
  clock.advance(80);
  t.equal(gate.waiting, 1);
  clock.advance(1);
  t.equal(await waiting, 'soon');
  t.equal(clock.pending, 0);
});

t.test('a endpoint that goes on pausing is looked at again', async (t) => {
  const { clock, enter } = gateOf();
  const endpoint = routeOf('r', clock);
  endpoint.limit.pause(50);
  const waiting = entry(enter(wishOf([endpoint])));
  clock.advance(20);
  endpoint.limit.pause(100);
  clock.advance(30);
  // One timer for the wait in line, one for the next look.
  t.equal(clock.pending, 2);
  clock.advance(70);
  t.equal(await waiting, 'r');
});

t.test('nobody looks at endpoints when nobody waits or no permit is free', async (t) => {
  const { clock, gate, enter } = gateOf({ permits: 1 });
  const endpoint = routeOf('r', clock);
  endpoint.limit.pause(50);
  const life = new AbortController();
  const left = gate.enter(gate.ticket(), wishOf([endpoint]), life.signal).catch(() => 'left');
  t.equal(clock.pending, 2);
  life.abort();
  t.equal(await left, 'left');
  t.equal(clock.pending, 0);
  const inside = await enter(wishOf([routeOf('other', clock)]));
  const waiting = entry(enter(wishOf([endpoint])));
  t.equal(clock.pending, 1);
  inside.release('accepted');
  t.equal(clock.pending, 2);
  clock.advance(50);
  t.equal(await waiting, 'r');
});

t.test("a model's own share keeps it from taking all permits", async (t) => {
  const { clock, gate, enter } = gateOf({ permits: 3 });
  const endpoint = routeOf('r', clock);
  const small = wishOf([endpoint], 1);
  const large = wishOf([endpoint]);
  const first = await enter(small);
  const second = entry(enter(small));
  t.strictSame([gate.running, gate.waiting], [1, 1]);
  t.equal(await entry(enter(large)), 'r');
  t.strictSame([gate.running, gate.waiting, small.share.taken], [2, 1, 1]);
  first.release('accepted');
  t.equal(await second, 'r');
  t.strictSame([gate.running, gate.waiting, small.share.taken], [2, 0, 1]);
});

t.test('one who cannot go yet does not hold up others behind', async (t) => {
  const { clock, gate, enter } = gateOf({ permits: 2 });
  const full = wishOf([routeOf('full', clock, 0)]);
  const free = wishOf([routeOf('free', clock)]);
  const inside = [await enter(free), await enter(free)];
  const stuck = [entry(enter(full)), entry(enter(full))];
  const behind = entry(enter(free));
  inside[0]?.release('accepted');
  t.equal(await behind, 'free');
  t.strictSame([gate.running, gate.waiting], [2, 2]);
  gate.close();
  t.strictSame(await Promise.all(stuck), ['draining', 'draining']);
});
