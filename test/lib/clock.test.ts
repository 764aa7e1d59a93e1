// The system's clock and the wait built on a clock.

import { getEventListeners } from 'node:events';
import t from 'tap';
import { sleep, systemClock } from '../../src/lib/clock.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** Timers that would keep this process alive. */
const timersAlive = () =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

t.test('the system clock counts whole milliseconds, whatever the hour', async (t) => {
  const before = Math.floor(performance.now());
  const now = systemClock.now();
  t.ok(Number.isInteger(now) && before <= now && now <= Math.ceil(performance.now()));
});

t.test('a timer of the system clock fires once', async (t) => {
  let fired = 0;
  await new Promise<void>((resolve) => {
    systemClock.after(1, () => {
      fired++;
      resolve();
    });
    // The clock's own timers would let the process end here.
    const keepAlive = setTimeout(resolve, 2000);
    t.teardown(() => clearTimeout(keepAlive));
  });
  t.equal(fired, 1);
});

t.test('a timer of the system clock that is cancelled does not fire', async (t) => {
  const cancel = systemClock.after(1, () => t.fail('fired'));
  cancel();
  cancel();
  await new Promise((resolve) => setTimeout(resolve, 10));
  t.pass();
});

t.test('a timer of the system clock does not keep the process alive', async (t) => {
  const before = timersAlive();
  const cancel = systemClock.after(60_000, () => undefined);
  t.equal(timersAlive(), before);
  cancel();
});

t.test('sleep ends when its time is up and leaves no listener behind', async (t) => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  let woke = false;
  const slept = sleep(clock, 100, signal).then(() => {
    woke = true;
  });
  clock.advance(99);
  await Promise.resolve();
  t.equal(woke, false);
  clock.advance(1);
  await slept;
  t.equal(clock.pending, 0);
  t.equal(getEventListeners(signal, 'abort').length, 0);
});

t.test('sleep throws the reason of a signal that aborts and clears its timer', async (t) => {
  const clock = new FakeClock();
  const life = new AbortController();
  const reason = new Error('enough');
  const slept = sleep(clock, 100, life.signal);
  life.abort(reason);
  t.equal(await slept.catch((error: unknown) => error), reason);
  t.equal(clock.pending, 0);
  t.equal(getEventListeners(life.signal, 'abort').length, 0);
});

t.test('sleep under an aborted signal throws its reason and sets no timer', async (t) => {
  const clock = new FakeClock();
  const reason = new Error('too late');
  const slept = sleep(clock, 100, AbortSignal.abort(reason));
  t.equal(await slept.catch((error: unknown) => error), reason);
  t.equal(clock.pending, 0);
});

t.test(
  'the fake clock fires what falls due in order of time, also what is set on the way',
  async (t) => {
    const clock = new FakeClock(1000);
    const fired: [string, number][] = [];
    const note = (name: string) => fired.push([name, clock.now()]);
    clock.after(30, () => note('third'));
    clock.after(10, () => {
      note('first');
      clock.after(5, () => note('second'));
    });
    clock.after(50, () => note('later'));
    clock.after(20, () => t.fail('was cancelled'))();
    clock.advance(40);
    t.strictSame(fired, [
      ['first', 1010],
      ['second', 1015],
      ['third', 1030],
    ]);
    t.equal(clock.now(), 1040);
    t.equal(clock.pending, 1);
  },
);
