// A model that answers nobody is asked by one request at a time, until it answers.

import t from 'tap';
import { Outage } from '../../src/admission/outage.ts';
import { FakeClock } from '../support/fake-clock.ts';

t.test('it is out after two seconds of nothing but refusals, six at least', async (t) => {
  const clock = new FakeClock();
  const outage = new Outage(clock);
  t.strictSame([outage.isOn, outage.waitMs, outage.lastsMs], [false, 0, 0]);
  for (let refusal = 0; refusal < 5; refusal++) outage.refused();
  clock.advance(2000);
  t.equal(outage.isOn, false);
  outage.refused();
  t.strictSame([outage.isOn, outage.lastsMs], [true, 2000]);
  outage.accepted();
  t.equal(outage.isOn, false);
});

t.test('probes follow each other within a second, and an answer ends it', async (t) => {
  const clock = new FakeClock();
  const outage = new Outage(clock);
  outage.started(0);
  for (let refusal = 0; refusal < 6; refusal++) outage.refused();
  clock.advance(2000);
  const waits = Array.from({ length: 4 }, (_, probe) => {
    outage.started(probe);
    const { waitMs } = outage;
    t.equal(outage.isProbed, true);
    outage.finished(probe + 1);
    t.equal(outage.isProbed, true, 'another request has ended');
    outage.finished(probe);
    t.equal(outage.isProbed, false);
    clock.advance(waitMs);
    return waitMs;
  });
  t.strictSame(waits, [250, 500, 1000, 1000]);
  outage.accepted();
  t.strictSame([outage.isOn, outage.waitMs], [false, 0]);
});
