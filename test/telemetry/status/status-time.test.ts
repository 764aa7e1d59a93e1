// Moments of the clock as hours: they do not flicker, and follow an hour that was set anew.

import t from 'tap';
import { StatusTime } from '../../../src/telemetry/status/status-time.ts';
import { FakeClock } from '../../support/fake-clock.ts';

t.test('an hour stays the same until the clock of the machine is set', async (t) => {
  const clock = new FakeClock();
  let off = 0;
  const time = new StatusTime(clock, () => clock.now() + off);
  const seen = [0, 1, -1, 60_000, 60_001, 0].map((ms) => {
    clock.advance(500);
    off = ms;
    return time.iso(0);
  });
  t.strictSame(seen, [
    ...Array.from({ length: 3 }, () => '1970-01-01T00:00:00.000Z'),
    ...Array.from({ length: 2 }, () => '1970-01-01T00:01:00.000Z'),
    '1970-01-01T00:00:00.000Z',
  ]);
});
