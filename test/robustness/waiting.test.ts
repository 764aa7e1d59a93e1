// Time moves on while a line is being looked at; nobody may fall into the gap between two looks.

import t from 'tap';
import { Gate } from '../../src/admission/gate.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { endpointOf, FixedLane, poolOf, targetAt } from '../support/gate-parts.ts';

/** A limit whose pause ends between the first time that it is asked and the second. */
class EndingPause extends FixedLane {
  #asked = 0;

  override waitMs(): number {
    return this.#asked++ === 0 ? 1 : super.waitMs();
  }
}

t.test('a pause that ends just after a request was put in line does not strand it', async (t) => {
  const clock = new FakeClock();
  const gate = new Gate({ permits: 1, queueLimit: 1, queueTimeoutMs: 60_000 }, clock);
  const route = { ...endpointOf('a', clock), limit: new EndingPause(1, clock) };
  const entering = gate.enter(gate.ticket(), targetAt([route]), new AbortController().signal);
  clock.advance(1);
  const place = await entering;
  t.equal(place.endpoint, route);
  t.strictSame([gate.running, gate.waiting], [1, 0]);
});

t.test('a model whose share is taken is not looked at again and again', async (t) => {
  const clock = new FakeClock();
  const gate = new Gate({ permits: 2, queueLimit: 1, queueTimeoutMs: 60_000 }, clock);
  const wish = targetAt([endpointOf('a', clock)], { share: poolOf(1) });
  const { signal } = new AbortController();
  const first = await gate.enter(gate.ticket(), wish, signal);
  const second = gate.enter(gate.ticket(), wish, signal);
  t.equal(clock.pending, 1, 'the limit of the wait alone');
  first.release('accepted');
  t.equal((await second).endpoint.model, 'a');
});
