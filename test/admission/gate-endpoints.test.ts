// Which way leads out of the gate: endpoints in turn, accounts at rest, limits that pause, shares.

import t from 'tap';
import { Gate } from '../../src/admission/gate.ts';
import type { Target } from '../../src/admission/target.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { endpointOf, entry, poolOf, targetAt } from '../support/gate-parts.ts';

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
  const target = targetAt(['a', 'b', 'c'].map((name) => endpointOf(name, clock)));
  const taken: unknown[] = [];
  for (let round = 0; round < 6; round++) taken.push(await entry(enter(target)));
  t.strictSame(taken, ['a', 'b', 'c', 'a', 'b', 'c']);
});

t.test('a endpoint without room is passed over', async (t) => {
  const { clock, enter } = gateOf();
  const target = targetAt([endpointOf('full', clock, 0), endpointOf('free', clock)]);
  t.equal(await entry(enter(target)), 'free');
  t.equal(await entry(enter(target)), 'free');
});

t.test(
  'an account at rest is asked only when there is no other, until it has rested',
  async (t) => {
    const { clock, enter } = gateOf();
    const tired = endpointOf('tired', clock);
    const awake = endpointOf('awake', clock);
    const target = targetAt([tired, awake]);
    tired.account.rest(clock.now(), 'quota_exhausted');
    const next = async () => [await entry(enter(target)), await entry(enter(target))];
    t.strictSame(await next(), ['awake', 'awake']);
    awake.account.rest(clock.now(), 'quota_exhausted');
    t.strictSame(await next(), ['tired', 'awake']);
    clock.advance(59_999);
    t.ok(tired.account.isResting(clock.now()));
    clock.advance(1);
    t.notOk(tired.account.isResting(clock.now()));
  },
);

t.test('a limit hears once of each start, grant and end', async (t) => {
  const { clock, enter } = gateOf();
  const endpoint = endpointOf('r', clock);
  const permit = await enter(targetAt([endpoint]));
  t.equal(endpoint.lane.inFlight, 1);
  t.equal(permit.acceptedMs, null);
  clock.advance(7);
  permit.accepted();
  t.equal(permit.acceptedMs, 7);
  clock.advance(1);
  permit.accepted();
  t.equal(permit.acceptedMs, 7);
  permit.release('refused');
  permit.release('other');
  t.equal(endpoint.lane.inFlight, 0);
  t.strictSame(endpoint.lane.notes, ['accepted', 'refused']);
});

t.test('a endpoint that pauses is tried again when it said it would be free', async (t) => {
  const { clock, gate, enter } = gateOf();
  const slow = endpointOf('slow', clock);
  const soon = endpointOf('soon', clock);
  slow.lane.pause(500);
  soon.lane.pause(80.5);
  const waiting = entry(enter(targetAt([slow, soon])));
  clock.advance(80);
  t.equal(gate.waiting, 1);
  clock.advance(1);
  t.equal(await waiting, 'soon');
  t.equal(clock.pending, 0);
});

t.test('a endpoint that goes on pausing is looked at again', async (t) => {
  const { clock, enter } = gateOf();
  const endpoint = endpointOf('r', clock);
  endpoint.lane.pause(50);
  const waiting = entry(enter(targetAt([endpoint])));
  clock.advance(20);
  endpoint.lane.pause(100);
  clock.advance(30);
  // One timer for the wait in line, one for the next look.
  t.equal(clock.pending, 2);
  clock.advance(70);
  t.equal(await waiting, 'r');
});

t.test('nobody looks at endpoints when nobody waits or no permit is free', async (t) => {
  const { clock, gate, enter } = gateOf({ permits: 1 });
  const endpoint = endpointOf('r', clock);
  endpoint.lane.pause(50);
  const life = new AbortController();
  const left = gate.enter(gate.ticket(), targetAt([endpoint]), life.signal).catch(() => 'left');
  t.equal(clock.pending, 2);
  life.abort();
  t.equal(await left, 'left');
  t.equal(clock.pending, 0);
  const inside = await enter(targetAt([endpointOf('other', clock)]));
  const waiting = entry(enter(targetAt([endpoint])));
  t.equal(clock.pending, 1);
  inside.release('accepted');
  t.equal(clock.pending, 2);
  clock.advance(50);
  t.equal(await waiting, 'r');
});

t.test("a model's own share keeps it from taking all permits", async (t) => {
  const { clock, gate, enter } = gateOf({ permits: 3 });
  const endpoint = endpointOf('r', clock);
  const small = targetAt([endpoint], { share: poolOf(1) });
  const large = targetAt([endpoint]);
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
  const full = targetAt([endpointOf('full', clock, 0)]);
  const free = targetAt([endpointOf('free', clock)]);
  const inside = [await enter(free), await enter(free)];
  const stuck = [entry(enter(full)), entry(enter(full))];
  const behind = entry(enter(free));
  inside[0]?.release('accepted');
  t.equal(await behind, 'free');
  t.strictSame([gate.running, gate.waiting], [2, 2]);
  gate.close();
  t.strictSame(await Promise.all(stuck), ['draining', 'draining']);
});
