// The goodbye to the controller, from whatever state the registration is in.

import t, { type Test } from 'tap';
import {
  BEAT,
  BEAT_MS,
  REGISTER,
  registered,
  type Stage,
  stage,
  WORKER,
} from '../support/registration-stage.ts';

const GOODBYE = {
  worker_name: WORKER,
  check_heart_beat: true,
  worker_status: { model_names: [], speed: 1, queue_length: 0 },
  multimodal: true,
};

/** Leaves, answers the goodbye, and checks that nothing follows. */
async function checkGoodbye(t: Test, { registration, answer, clock, server }: Stage) {
  const left = registration.leave(AbortSignal.timeout(5000));
  t.strictSame(await answer(REGISTER), GOODBYE);
  await left;
  t.equal(registration.fresh, false);
  t.equal(clock.pending, 0);
  const { count } = server;
  clock.advance(10 * BEAT_MS);
  await registration.leave(AbortSignal.timeout(5000));
  await new Promise(setImmediate);
  t.equal(server.count, count, 'no call follows');
}

t.test('leaving between heart beats says goodbye with no model names', async (t) => {
  await checkGoodbye(t, await registered(t));
});

t.test('leaving during a heart beat ends it and says goodbye', async (t) => {
  const made = await registered(t);
  made.clock.advance(BEAT_MS);
  const beat = await made.server.next();
  await checkGoodbye(t, made);
  await beat.gone;
});

t.test('leaving while heart beats fail says goodbye', async (t) => {
  const made = await registered(t);
  made.clock.advance(BEAT_MS);
  await made.answer(BEAT, '', 500);
  await made.settled();
  await checkGoodbye(t, made);
});

t.test('leaving during a registration says goodbye, since it may have been taken', async (t) => {
  const made = await stage(t);
  made.registration.start();
  const first = await made.server.next();
  await checkGoodbye(t, made);
  await first.gone;
  t.strictSame(made.events, []);
});

t.test('leaving while the controller is away says nothing to nobody', async (t) => {
  const { registration, answer, settled, clock, server } = await stage(t);
  registration.start();
  await answer(REGISTER, '', 500);
  await settled();
  await registration.leave(AbortSignal.timeout(5000));
  t.equal(clock.pending, 0);
  t.equal(server.count, 1);
});

t.test('leaving before the start says nothing', async (t) => {
  const { registration, server } = await stage(t);
  await registration.leave(AbortSignal.timeout(5000));
  t.equal(server.count, 0);
});

t.test('a goodbye that nobody answers ends with its signal', async (t) => {
  const { registration, server } = await registered(t);
  const patience = new AbortController();
  const reason = new Error('no more patience');
  const left = t.rejects(registration.leave(patience.signal), reason);
  const goodbye = await server.next();
  patience.abort(reason);
  await left;
  await goodbye.gone;
});
