// How a worker goes: out of service first, then what runs may finish, then the end.

import { Agent, request } from 'node:http';
import t from 'tap';
import { call, json } from '../support/http-call.ts';
import { postBytes, rawSocket } from '../support/raw-socket.ts';
import { stalled } from '../support/stalled.ts';
import { HELLO, startWorker } from '../support/start-worker.ts';
import { withController } from '../support/with-controller.ts';

const REFUSED = { error_code: 42903, error: { type: 'draining' } };

/** Asks again and again until it is so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}

/** Talks for as long as the test likes. */
const ENDLESS = { kind: 'chat', text: 'on and on ', repeat: 1_000_000, paceMs: 1 } as const;

t.test(
  'a leaving worker is out of service at once, takes who was sent, finishes what it began',
  async (t) => {
    const controller = await withController(t);
    const worker = await startWorker(t, {
      NO_REGISTER: 'false',
      CONTROLLER_ADDRESS: controller.url,
      DRAIN_TIMEOUT: '10',
    });
    const { url, app, glm, stream, post, logs } = worker;
    await logs.waitFor('registered');
    glm.script({ kind: 'chat', pieces: ['to ', 'the ', 'end'], paceMs: 2000 });
    const running = stream();
    await running.frame(({ text }) => text === 'to ');
    const stopped = app.stop();

    const ready = await call(t, `${url}/readyz`, { method: 'GET' });
    t.strictSame([ready.status, json(ready)], [503, { ready: false, reason: 'draining' }]);
    t.equal((await call(t, `${url}/healthz`, { method: 'GET' })).status, 200);
    const status = { model_names: [], speed: 1, queue_length: 1 };
    t.strictSame(json(await post('/worker_get_status')), status);
    const { body } = await controller.waitForCall('/register_worker', 2);
    t.match(body, { worker_name: url, worker_status: status });
    const late = await stream().reply;
    t.match(late.frames.at(-1), { finish_reason: 'stop' }, 'the controller sent it here before');
    await until(async () => json(await post('/worker_generate', HELLO))['error_code'] !== 0);
    t.match((await stream().reply).frames, [REFUSED]);
    t.match(json(await post('/worker_generate', HELLO)), REFUSED);
    await call(t, `${controller.url}/refresh_all_workers`);
    t.strictSame(json(await call(t, `${controller.url}/list_models`)), { models: [] });

    for (const path of ['/worker_get_conv_template', '/model_details', '/count_token']) {
      const reply = await post(path, { model: 'zhipu-api', prompt: 'x' });
      t.strictSame([reply.status, 'error' in json(reply)], [200, false], path);
    }
    t.match((await running.reply).frames.at(-1), { text: 'to the end', finish_reason: 'stop' });
    await stopped;
    t.equal((await call(t, `${url}/healthz`, { method: 'GET' })).end, 'ECONNREFUSED');
    t.match(logs.withMessage('draining'), [{ running: 1 }]);
    t.equal(logs.withMessage('stopped').length, 1);
    t.strictSame(
      controller.log.map(({ path }) => path).filter((path) => path === '/receive_heart_beat'),
      [],
    );
  },
);

t.test('at the drain timeout running answers end with an error frame', async (t) => {
  const { app, glm, stream, post } = await startWorker(t, { DRAIN_TIMEOUT: '0.2' });
  glm.setDefault(ENDLESS);
  const streamed = stream();
  await streamed.frame(() => true);
  const whole = post('/worker_generate', HELLO);
  await glm.waitForCall(2);
  await app.stop();
  const { frames, end } = await streamed.reply;
  t.equal(end, 'end');
  t.match(frames.at(-2), { text: /^on and on/, finish_reason: null });
  t.match(frames.at(-1), REFUSED);
  t.match(json(await whole), REFUSED);
  await glm.idle();
  t.equal(glm.ledger.cancelled, 2);
});

t.test('those who wait in line are refused at once, while others finish', async (t) => {
  const env = { LIMIT_WORKER_CONCURRENCY: '2', DRAIN_TIMEOUT: '10' };
  const { app, glm, stream, queueLength } = await startWorker(t, env);
  glm.setDefault({ kind: 'chat', pieces: ['all ', 'of ', 'it'], paceMs: 150 });
  const running = [stream(), stream()];
  await glm.waitForCall(2);
  const waiting = [stream(), stream(), stream()];
  await Promise.all(waiting.map(({ head }) => head));
  while ((await queueLength()) !== 5) await new Promise(setImmediate);
  const stopped = app.stop();
  for (const { reply } of waiting) t.match((await reply).frames, [REFUSED]);
  t.equal(glm.inFlight, 2, 'the others are still running');
  for (const { reply } of running) {
    t.match((await reply).frames.at(-1), { text: 'all of it', finish_reason: 'stop' });
  }
  await stopped;
});

t.test('a caller who does not read cannot hold up the end', async (t) => {
  const { app, url, glm, logs } = await startWorker(t, { DRAIN_TIMEOUT: '0' });
  glm.setDefault({ kind: 'fault', fault: 'flood' });
  const socket = rawSocket(t, url, postBytes('/worker_generate_stream', HELLO), false);
  await stalled(await glm.waitForCall(1));
  const before = Date.now();
  await app.stop();
  t.ok(Date.now() - before < 10_000);
  t.equal(logs.withMessage('stopped').length, 1);
  socket.leave();
});

t.test('an idle connection of a caller does not hold up the end', async (t) => {
  const { app, url } = await startWorker(t);
  const agent = new Agent({ keepAlive: true });
  t.teardown(() => agent.destroy());
  await new Promise<void>((resolve, reject) => {
    const sent = request(`${url}/worker_get_status`, { method: 'POST', agent }, (response) => {
      response.resume().on('end', resolve);
    });
    sent.on('error', reject).end();
  });
  const before = Date.now();
  await app.stop();
  t.ok(Date.now() - before < 1500);
});

t.test('a controller that is gone does not hold up the end, and the log says so', async (t) => {
  const controller = await withController(t);
  const env = { NO_REGISTER: 'false', CONTROLLER_ADDRESS: controller.url };
  const { app, logs } = await startWorker(t, env);
  await logs.waitFor('registered');
  await controller.close();
  await app.stop();
  t.match(logs.withMessage('could not deregister from the controller'), [
    { level: 'warn', err: { name: 'ControllerError' } },
  ]);
});

t.test('stopping twice is stopping once', async (t) => {
  const { app } = await startWorker(t);
  await Promise.all([app.stop(), app.stop()]);
  await app.stop();
});
