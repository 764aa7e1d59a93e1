// The line before the permits: its order, its limits, and how one leaves it.

import { getEventListeners } from 'node:events';
import t from 'tap';
import { Gate, type Permit } from '../../src/admission/gate.ts';
import type { Ticket } from '../../src/admission/ticket.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { endpointOf, entry, targetAt } from '../support/gate-parts.ts';

function gateOf({ permits = 1, queueLimit = 10, queueTimeoutMs = 1000 } = {}) {
  const clock = new FakeClock();
  const gate = new Gate({ permits, queueLimit, queueTimeoutMs }, clock);
  const target = targetAt([endpointOf('r', clock)]);
  const stays = new AbortController().signal;
  return {
    gate,
    clock,
    enter: (signal = stays, ticket: Ticket = gate.ticket()) => gate.enter(ticket, target, signal),
    /** Running, waiting, and timers. */
    counts: () => [gate.running, gate.waiting, clock.pending],
  };
}

const leave = async (permit: Promise<Permit<string>>) => (await permit).release('other');

t.test('permits are taken at once while there are any', async (t) => {
  const { enter, counts } = gateOf({ permits: 2 });
  const first = await enter();
  await enter();
  t.strictSame(counts(), [2, 0, 0]);
  first.release('accepted');
  t.strictSame(counts(), [1, 0, 0]);
});

t.test('who comes first is served first', async (t) => {
  const { enter, counts } = gateOf();
  const inside = enter();
  const order: number[] = [];
  const attempts = [1, 2, 3].map(async (number) => {
    const permit = await enter();
    order.push(number);
    permit.release('accepted');
  });
  t.strictSame(counts(), [1, 3, 3]);
  await leave(inside);
  await Promise.all(attempts);
  t.strictSame(order, [1, 2, 3]);
  t.strictSame(counts(), [0, 0, 0]);
});

t.test('a permit that is given back goes to the line, not to a newcomer', async (t) => {
  const { enter, counts } = gateOf();
  const inside = await enter();
  const waiting = enter();
  inside.release('accepted');
  const newcomer = enter();
  t.strictSame(counts(), [1, 1, 1]);
  await leave(waiting);
  await leave(newcomer);
  t.strictSame(counts(), [0, 0, 0]);
});

t.test('giving a permit back twice counts once', async (t) => {
  const { enter, counts } = gateOf({ permits: 2 });
  const first = await enter();
  await enter();
  first.release('accepted');
  first.release('other');
  t.strictSame(counts(), [1, 0, 0]);
});

t.test('a full line refuses the next one, but not one who was inside before', async (t) => {
  const { gate, enter, counts } = gateOf({ queueLimit: 1 });
  const ticket = gate.ticket();
  await leave(enter(undefined, ticket));
  const inside = await enter();
  const waiting = entry(enter());
  t.equal(await entry(enter()), 'queue_full');
  const again = entry(enter(undefined, ticket));
  t.strictSame(counts(), [1, 2, 2]);
  inside.release('accepted');
  t.equal(await again, 'r');
  gate.close();
  t.equal(await waiting, 'draining');
});

t.test('who tries again stands before all who came later', async (t) => {
  const { gate, enter } = gateOf();
  const tickets = [gate.ticket(), gate.ticket(), gate.ticket(), gate.ticket()];
  const inside = await enter();
  const order: number[] = [];
  for (const index of [2, 0, 3, 1]) {
    const permit = enter(undefined, tickets[index]);
    permit.then(({ release }) => {
      order.push(index);
      release('accepted');
    });
  }
  inside.release('accepted');
  await leave(enter());
  t.strictSame(order, [0, 1, 2, 3]);
});

t.test('whoever waits too long is refused, to the millisecond', async (t) => {
  const { clock, enter, counts } = gateOf({ queueTimeoutMs: 1000 });
  await enter();
  const early = entry(enter());
  clock.advance(400);
  const late = entry(enter());
  clock.advance(599);
  t.strictSame(counts(), [1, 2, 2]);
  clock.advance(1);
  t.equal(await early, 'queue_timeout');
  t.strictSame(counts(), [1, 1, 1]);
  clock.advance(400);
  t.equal(await late, 'queue_timeout');
  t.strictSame(counts(), [1, 0, 0]);
});

t.test('all waits of one request come out of one budget', async (t) => {
  const { gate, clock, enter } = gateOf({ queueTimeoutMs: 1000 });
  const ticket = gate.ticket();
  const inside = await enter();
  const first = enter(undefined, ticket);
  clock.advance(700);
  inside.release('accepted');
  const second = await first;
  t.equal(ticket.budgetMs, 300);
  second.release('refused');
  await enter();
  const third = entry(enter(undefined, ticket));
  clock.advance(300);
  t.equal(await third, 'queue_timeout');
  t.equal(ticket.budgetMs, 0);
});

t.test('a spent budget still gets a free permit, but no wait', async (t) => {
  const { gate, clock, enter } = gateOf();
  const ticket = { ...gate.ticket(), budgetMs: -5 };
  await enter(undefined, ticket);
  const waiting = entry(enter(undefined, ticket));
  clock.advance(0);
  t.equal(await waiting, 'queue_timeout');
});

t.test("a caller who leaves the line gets the signal's reason and leaves nothing", async (t) => {
  const { enter, counts } = gateOf();
  const inside = await enter();
  const life = new AbortController();
  const waiting = entry(enter(life.signal));
  t.equal(getEventListeners(life.signal, 'abort').length, 1);
  const reason = new Error('gone');
  life.abort(reason);
  t.equal(await waiting, reason);
  t.equal(getEventListeners(life.signal, 'abort').length, 0);
  t.strictSame(counts(), [1, 0, 0]);
  inside.release('accepted');
  t.strictSame(counts(), [0, 0, 0]);
});

t.test('a caller who has already left takes no permit', async (t) => {
  const { enter, counts } = gateOf();
  const reason = new Error('gone');
  t.equal(await entry(enter(AbortSignal.abort(reason))), reason);
  t.strictSame(counts(), [0, 0, 0]);
});

t.test('whoever has got a permit leaves neither timer nor listener in the line', async (t) => {
  const { clock, enter, counts } = gateOf();
  const inside = await enter();
  const life = new AbortController();
  const waiting = enter(life.signal);
  inside.release('accepted');
  const permit = await waiting;
  t.equal(getEventListeners(life.signal, 'abort').length, 0);
  life.abort();
  clock.advance(5000);
  t.strictSame(counts(), [1, 0, 0]);
  permit.release('other');
  t.strictSame(counts(), [0, 0, 0]);
});

t.test('a closed gate refuses the line and all newcomers, and those inside go on', async (t) => {
  const { gate, enter, counts } = gateOf({ permits: 2 });
  const inside = [await enter(), await enter()];
  const waiting = [entry(enter()), entry(enter())];
  gate.close();
  t.strictSame(await Promise.all(waiting), ['draining', 'draining']);
  t.strictSame(counts(), [2, 0, 0]);
  for (const permit of inside) permit.release('accepted');
  t.equal(await entry(enter()), 'draining');
  t.strictSame(counts(), [0, 0, 0]);
});
