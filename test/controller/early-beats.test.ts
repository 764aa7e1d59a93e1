// Heart beats that come early, because the load fell and the controller would not know.

import t, { type Test } from 'tap';
import {
  BEAT,
  BEAT_MS,
  REGISTER,
  registered,
  type Stage,
  WORKER,
} from '../support/registration-stage.ts';

/** Ends requests one by one until `load` of them are left. */
function fallTo({ status, registration }: Stage, load: number): void {
  while (status.queue_length > load) {
    status.queue_length--;
    registration.loadFell();
  }
}

/** A registered worker that runs `load` requests, a while after it was registered. */
async function busy(t: Test, load: number): Promise<Stage> {
  const made = await registered(t);
  made.clock.advance(5000);
  made.status.queue_length = load;
  return made;
}

t.test('a load that halves is told at once, and so is its end a second later', async (t) => {
  const made = await busy(t, 10);
  const { answer, settled, clock, server } = made;
  fallTo(made, 6);
  await new Promise(setImmediate);
  t.equal(server.count, 1, 'six of ten are no reason');
  fallTo(made, 5);
  t.strictSame(await answer(BEAT), { worker_name: WORKER, queue_length: 5 });
  await settled();
  fallTo(made, 0);
  clock.advance(999);
  await new Promise(setImmediate);
  t.equal(server.count, 2, 'not yet');
  clock.advance(1);
  t.strictSame(await answer(BEAT), { worker_name: WORKER, queue_length: 0 });
  await settled();
  t.equal(server.peak, 1);
});

t.test('a burst of short requests is at most one heart beat a second', async (t) => {
  const made = await busy(t, 0);
  const { answer, settled, clock, status, server } = made;
  const once = () => {
    status.queue_length = 1;
    fallTo(made, 0);
  };
  once();
  await answer(BEAT);
  await settled();
  for (let second = 1; second <= 3; second++) {
    for (let tenth = 0; tenth < 10; tenth++) {
      once();
      clock.advance(100);
    }
    await answer(BEAT);
    await settled();
  }
  t.equal(server.count, 1 + 4);
  clock.advance(BEAT_MS - 1);
  t.equal(clock.pending, 1, 'the next one comes after the whole interval');
});

t.test('what falls during a heart beat is told a second after it', async (t) => {
  const made = await busy(t, 2);
  const { server, clock, answer, settled } = made;
  fallTo(made, 1);
  const beat = await server.next();
  fallTo(made, 0);
  beat.reply(200, '{"exist":true}');
  await settled();
  clock.advance(1000);
  t.match(await answer(BEAT), { queue_length: 0 });
});

t.test('an announcement does not wait for the second to pass', async (t) => {
  const made = await registered(t);
  made.status.queue_length = 1;
  fallTo(made, 0);
  await made.settled();
  made.registration.announce();
  await made.answer(REGISTER);
});

t.test('what falls while the controller is away is told by the registration', async (t) => {
  const made = await busy(t, 4);
  const { clock, answer, settled, server } = made;
  clock.advance(BEAT_MS);
  await answer(BEAT, '{"exist":false}');
  await answer(REGISTER, '', 500);
  await settled();
  fallTo(made, 0);
  clock.advance(500);
  t.match(await answer(REGISTER), { worker_status: { queue_length: 0 } });
  await settled();
  clock.advance(BEAT_MS - 1);
  await new Promise(setImmediate);
  t.equal(server.count, 4, 'no heart beat for what was told');
});
