// The loop that keeps a worker registered, state by state, under a clock that is moved by hand.

import t from 'tap';
import { deferred } from '../support/deferred.ts';
import {
  BEAT,
  BEAT_MS,
  REGISTER,
  registered,
  stage,
  WORKER,
} from '../support/registration-stage.ts';

t.test(
  'it registers at once and beats once per interval, with the status of that moment',
  async (t) => {
    const { clock, registration, events, status, answer, settled, server } = await stage(t);
    t.equal(registration.fresh, false);
    status.queue_length = 2;
    registration.start();
    t.strictSame(await answer(REGISTER), {
      worker_name: WORKER,
      check_heart_beat: true,
      worker_status: { model_names: ['a'], speed: 1, queue_length: 2 },
      multimodal: true,
    });
    await settled();
    t.equal(registration.fresh, true);
    for (const length of [5, 0, 1]) {
      status.queue_length = length;
      clock.advance(BEAT_MS - 1);
      t.equal(clock.pending, 1, 'not yet');
      clock.advance(1);
      t.strictSame(await answer(BEAT), { worker_name: WORKER, queue_length: length });
      await settled();
    }
    t.strictSame(events, ['registered']);
    t.equal(server.peak, 1);
  },
);

t.test('waits grow from half a second to fifteen while the controller is away', async (t) => {
  const { clock, registration, events, answer, settled, server } = await stage(t);
  registration.start();
  const waits = [500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000];
  for (const wait of waits) {
    await answer(REGISTER, 'busy', 503);
    await settled();
    t.equal(events.at(-1), `failed: ControllerError, ${wait}`);
    clock.advance(wait - 1);
    t.equal(clock.pending, 1, 'not yet');
    clock.advance(1);
  }
  await answer(REGISTER);
  await settled();
  t.equal(events.at(-1), 'registered');
  t.equal(server.count, waits.length + 1);
  t.equal(server.peak, 1);
});

t.test('waits are half fixed and half random, so that many workers spread out', async (t) => {
  for (const [random, waits] of [
    [0, [250, 500, 1000, 2000, 4000, 7500]],
    [0.5, [375, 750, 1500, 3000, 6000, 11_250]],
  ] as const) {
    const { clock, registration, events, answer, settled } = await stage(t, {
      random: () => random,
    });
    registration.start();
    for (const wait of waits) {
      await answer(REGISTER, '', 500);
      await settled();
      clock.advance(wait);
    }
    await answer(REGISTER);
    t.strictSame(
      events.slice(0, waits.length),
      waits.map((wait) => `failed: ControllerError, ${wait}`),
    );
  }
});

t.test('a success starts the waits over', async (t) => {
  const { clock, events, answer, settled } = await registered(t);
  clock.advance(BEAT_MS);
  for (const wait of [500, 1000]) {
    await answer(BEAT, '', 500);
    await settled();
    clock.advance(wait);
  }
  await answer(BEAT);
  await settled();
  clock.advance(BEAT_MS);
  await answer(BEAT, '', 500);
  await settled();
  t.strictSame(events, [
    'registered',
    'failed: ControllerError, 500',
    'failed: ControllerError, 1000',
    'failed: ControllerError, 500',
  ]);
});

t.test('a worker that was forgotten registers again at once, in one loop only', async (t) => {
  const { clock, registration, events, answer, settled, server } = await registered(t);
  for (let round = 0; round < 3; round++) {
    clock.advance(BEAT_MS);
    await answer(BEAT, '{"exist":false}');
    await answer(REGISTER);
    await settled();
    t.equal(clock.pending, 1, 'one loop');
  }
  t.equal(registration.fresh, true);
  t.strictSame(events, [
    'registered',
    ...['forgotten', 'registered', 'forgotten', 'registered', 'forgotten', 'registered'],
  ]);
  t.equal(server.count, 7);
  t.equal(server.peak, 1);
});

t.test(
  'a worker counts as registered for 90 s after the last word of the controller',
  async (t) => {
    const { clock, registration, answer, settled } = await registered(t);
    clock.advance(BEAT_MS);
    const failure = answer(BEAT, '', 500);
    await failure;
    await settled();
    clock.advance(44_999);
    t.equal(registration.fresh, true, '89.999 s');
    clock.advance(1);
    t.equal(registration.fresh, false, '90 s');
    await answer(BEAT);
    await settled();
    t.equal(registration.fresh, true, 'and again once a heart beat is accepted');
  },
);

t.test('a forgotten worker is not registered until it is again', async (t) => {
  const { clock, registration, answer, settled } = await registered(t);
  clock.advance(BEAT_MS);
  await answer(BEAT, '{"exist":false}');
  await answer(REGISTER, '', 500);
  await settled();
  t.equal(registration.fresh, false);
});

t.test('an announcement registers anew without waiting for the heart beat', async (t) => {
  const { registration, events, status, answer, settled, server } = await registered(t);
  status.model_names = ['a', 'b'];
  registration.announce();
  t.match(await answer(REGISTER), { worker_status: { model_names: ['a', 'b'] } });
  await settled();
  t.strictSame(events, ['registered', 'registered']);
  t.equal(server.peak, 1);
});

t.test('an announcement during a registration is followed by another one', async (t) => {
  const { registration, events, status, server, answer, settled } = await stage(t);
  registration.start();
  const first = await server.next();
  status.model_names = ['new'];
  registration.announce();
  first.reply(200, 'null');
  t.match(await answer(REGISTER), { worker_status: { model_names: ['new'] } });
  await settled();
  t.strictSame(events, ['registered', 'registered']);
});

t.test('an announcement during a heart beat is followed by a registration', async (t) => {
  const { registration, clock, status, server, answer, settled, events } = await registered(t);
  clock.advance(BEAT_MS);
  const beat = await server.next();
  status.model_names = ['new'];
  registration.announce();
  beat.reply(200, '{"exist":true}');
  t.match(await answer(REGISTER), { worker_status: { model_names: ['new'] } });
  await settled();
  t.strictSame(events, ['registered', 'registered']);
});

t.test('a fault in a listener is not swallowed', async (t) => {
  const bug = new Error('a bug in a listener');
  const seen = deferred();
  const made = await stage(t, {
    forgotten() {
      // Asks a few microtasks later, when the loop has failed but nobody has been told yet.
      const left = async () => {
        for (let step = 0; step < 20; step++) await null;
        await made.registration.leave(AbortSignal.timeout(5000));
      };
      seen.resolve(t.rejects(left(), bug).then(() => undefined));
      throw bug;
    },
  });
  made.registration.start();
  await made.answer(REGISTER);
  await made.settled();
  made.clock.advance(BEAT_MS);
  await made.answer(BEAT, '{"exist":false}');
  await seen.promise;
});
