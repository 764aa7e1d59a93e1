// Which way leads out of the gate: routes in turn, accounts at rest, limits that pause, shares.

import t from 'tap';
import { Gate, type Wish } from '../../src/worker/gate.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { entry, routeOf, wishOf } from '../support/gate-parts.ts';

function gateOf({ places = 100, queueLimit = 100, queueTimeoutMs = 60_000 } = {}) {
  const clock = new FakeClock();
  const gate = new Gate({ places, queueLimit, queueTimeoutMs }, clock);
  const { signal } = new AbortController();
  return { clock, gate, enter: (wish: Wish<string>) => gate.enter(gate.ticket(), wish, signal) };
}

t.test('routes are taken in turn', async (t) => {
  const { clock, enter } = gateOf();
  const wish = wishOf(['a', 'b', 'c'].map((name) => routeOf(name, clock)));
  const taken: unknown[] = [];
  for (let round = 0; round < 6; round++) taken.push(await entry(enter(wish)));
  t.strictSame(taken, ['a', 'b', 'c', 'a', 'b', 'c']);
});

t.test('a route without room is passed over', async (t) => {
  const { clock, enter } = gateOf();
  const wish = wishOf([routeOf('full', clock, 0), routeOf('free', clock)]);
  t.equal(await entry(enter(wish)), 'free');
  t.equal(await entry(enter(wish)), 'free');
});

t.test(
  'an account at rest is asked only when there is no other, until it has rested',
  async (t) => {
    const { clock, enter } = gateOf();
    const tired = routeOf('tired', clock);
    const awake = routeOf('awake', clock);
    const wish = wishOf([tired, awake]);
    tired.account.rest(clock.now());
    const next = async () => [await entry(enter(wish)), await entry(enter(wish))];
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
  const route = routeOf('r', clock);
  const place = await enter(wishOf([route]));
  t.equal(route.limit.inFlight, 1);
  t.equal(place.accepted, false);
  place.granted();
  t.equal(place.accepted, true);
  place.granted();
  place.leave('rate_limited');
  place.leave('other');
  t.equal(route.limit.inFlight, 0);
  t.strictSame(route.limit.notes, ['granted', 'rate_limited']);
});

t.test('a route that pauses is tried again when it said it would be free', async (t) => {
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

t.test('a route that goes on pausing is looked at again', async (t) => {
  const { clock, enter } = gateOf();
  const route = routeOf('r', clock);
  route.limit.pause(50);
  const waiting = entry(enter(wishOf([route])));
  clock.advance(20);
  route.limit.pause(100);
  clock.advance(30);
  // One timer for the wait in line, one for the next look.
  t.equal(clock.pending, 2);
  clock.advance(70);
  t.equal(await waiting, 'r');
});

t.test('nobody looks at routes when nobody waits or no place is free', async (t) => {
  const { clock, gate, enter } = gateOf({ places: 1 });
  const route = routeOf('r', clock);
  route.limit.pause(50);
  const life = new AbortController();
  const left = gate.enter(gate.ticket(), wishOf([route]), life.signal).catch(() => 'left');
  t.equal(clock.pending, 2);
  life.abort();
  t.equal(await left, 'left');
  t.equal(clock.pending, 0);
  const inside = await enter(wishOf([routeOf('other', clock)]));
  const waiting = entry(enter(wishOf([route])));
  t.equal(clock.pending, 1);
  inside.leave('granted');
  t.equal(clock.pending, 2);
  clock.advance(50);
  t.equal(await waiting, 'r');
});

t.test("a model's own share keeps it from taking all places", async (t) => {
  const { clock, gate, enter } = gateOf({ places: 3 });
  const route = routeOf('r', clock);
  const small = wishOf([route], 1);
  const large = wishOf([route]);
  const first = await enter(small);
  const second = entry(enter(small));
  t.strictSame([gate.running, gate.waiting], [1, 1]);
  t.equal(await entry(enter(large)), 'r');
  t.strictSame([gate.running, gate.waiting, small.share.taken], [2, 1, 1]);
  first.leave('granted');
  t.equal(await second, 'r');
  t.strictSame([gate.running, gate.waiting, small.share.taken], [2, 0, 1]);
});

t.test('one who cannot go yet does not hold up others behind', async (t) => {
  const { clock, gate, enter } = gateOf({ places: 2 });
  const full = wishOf([routeOf('full', clock, 0)]);
  const free = wishOf([routeOf('free', clock)]);
  const inside = [await enter(free), await enter(free)];
  const stuck = [entry(enter(full)), entry(enter(full))];
  const behind = entry(enter(free));
  inside[0]?.leave('granted');
  t.equal(await behind, 'free');
  t.strictSame([gate.running, gate.waiting], [2, 2]);
  gate.close();
  t.strictSame(await Promise.all(stuck), ['draining', 'draining']);
});
