// When a lane has accepted nothing for longer than its pace explains.

import t from 'tap';
import { AcceptancePace } from '../../src/admission/acceptance-pace.ts';
import { FakeClock } from '../support/fake-clock.ts';

function paceOf(intervalMs: number) {
  const clock = new FakeClock();
  const pace = new AcceptancePace(clock);
  for (let acceptance = 0; acceptance < 200; acceptance++) {
    clock.advance(intervalMs);
    pace.accepted();
  }
  return { clock, pace };
}

t.test('before the first acceptance there is no silence', async (t) => {
  const clock = new FakeClock();
  const pace = new AcceptancePace(clock);
  clock.advance(60_000);
  t.equal(pace.isSilent, false);
});

t.test('two usual intervals without an acceptance are a silence', async (t) => {
  const { clock, pace } = paceOf(500);
  clock.advance(990);
  t.equal(pace.isSilent, false);
  clock.advance(20);
  t.equal(pace.isSilent, true);
  pace.accepted();
  t.equal(pace.isSilent, false);
});

t.test('a tenth of a second is never one', async (t) => {
  const { clock, pace } = paceOf(1);
  clock.advance(100);
  t.equal(pace.isSilent, false);
  clock.advance(1);
  t.equal(pace.isSilent, true);
});

t.test('one long silence hardly changes what is usual', async (t) => {
  const { clock, pace } = paceOf(500);
  clock.advance(3_600_000);
  pace.accepted();
  clock.advance(1300);
  t.equal(pace.isSilent, true);
});
