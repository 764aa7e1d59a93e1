// How a worker gets known to its controller, and known again, whatever the controller does.

import t from 'tap';
import { freePort } from '../support/free-port.ts';
import { call, json } from '../support/http-call.ts';
import { HELLO, startWorker } from '../support/start-worker.ts';
import { withController } from '../support/with-controller.ts';

const REGISTER = '/register_worker';
const BEAT = '/receive_heart_beat';

/** Variables of a worker that registers at this address, with quick heart beats. */
function registeringAt(url: string) {
  return {
    NO_REGISTER: 'false',
    CONTROLLER_ADDRESS: url,
    FASTCHAT_WORKER_HEART_BEAT_INTERVAL: '0.1',
  };
}

t.test('a worker listens, then registers with its whole status', async (t) => {
  const controller = await withController(t);
  const { url, app, logs } = await startWorker(t, registeringAt(controller.url));
  const { body } = await controller.waitForCall(REGISTER);
  t.strictSame(body, {
    worker_name: url,
    check_heart_beat: true,
    worker_status: { model_names: ['zhipu-api'], speed: 1, queue_length: 0 },
    multimodal: false,
  });
  t.match(await logs.waitFor('registered'), { controller: controller.url, workerAddress: url });
  t.equal(app.readiness(), null);
  t.equal(app.workerAddress, url);
  const ready = await call(t, `${url}/readyz`, { method: 'GET' });
  t.strictSame([ready.status, json(ready)], [200, { ready: true }]);
});

t.test('the controller routes callers to the worker, and relays their streams', async (t) => {
  const controller = await withController(t);
  const { url, logs } = await startWorker(t, registeringAt(controller.url));
  await logs.waitFor('registered');
  const asked = { body: { model: 'zhipu-api' } };
  const { address } = json(await call(t, `${controller.url}/get_worker_address`, asked));
  t.equal(address, url);
  const relayed = await call(t, `${controller.url}/worker_generate_stream`, { body: HELLO });
  t.match(relayed.frames.at(-1), { error_code: 0, finish_reason: 'stop' });
  await call(t, `${controller.url}/refresh_all_workers`);
  t.strictSame(controller.workers.get(url)?.modelNames, ['zhipu-api']);
});

t.test('heart beats come from the same address and tell the true queue length', async (t) => {
  const controller = await withController(t);
  const env = { ...registeringAt(controller.url), LIMIT_WORKER_CONCURRENCY: '1' };
  const { url, stream, glm } = await startWorker(t, env);
  t.strictSame((await controller.waitForCall(BEAT)).body, { worker_name: url, queue_length: 0 });
  glm.script({ kind: 'fault', fault: 'hang-before-headers' });
  const running = stream();
  await glm.waitForCall(1);
  const waiting = stream();
  await waiting.head;
  const seen = new Set<unknown>();
  for (let n = 2; !seen.has(2); n++) {
    seen.add(Object((await controller.waitForCall(BEAT, n)).body).queue_length);
  }
  running.leave();
  waiting.leave();
  t.equal(controller.log.filter(({ path }) => path === REGISTER).length, 1);
});

t.test('a controller that forgot the worker has it back within a heart beat', async (t) => {
  const controller = await withController(t);
  const { url, logs, app } = await startWorker(t, registeringAt(controller.url));
  await logs.waitFor('registered');
  t.ok(controller.forget(url));
  t.match(await logs.waitFor('the controller forgot us, registering again'), { level: 'warn' });
  await logs.waitFor('registered', 2);
  t.ok(controller.workers.has(url));
  t.equal(app.readiness(), null);
});

t.test(
  'a controller that is down is tried again until it is there, serving meanwhile',
  async (t) => {
    const port = await freePort();
    const address = `http://127.0.0.1:${port}`;
    const { url, logs, stream } = await startWorker(t, registeringAt(address));
    t.match(await logs.waitFor('the controller does not answer'), {
      level: 'warn',
      controller: address,
      waitMs: Number,
      err: { name: 'ControllerError', message: /^\/register_worker failed: .*ECONNREFUSED/ },
    });
    const notYet = await call(t, `${url}/readyz`, { method: 'GET' });
    const reason = 'not registered with the controller';
    t.strictSame([notYet.status, json(notYet)], [503, { ready: false, reason }]);
    t.match((await stream().reply).frames.at(-1), { error_code: 0 });
    const controller = await withController(t, { port });
    await logs.waitFor('registered');
    t.ok(controller.workers.has(url));
  },
);

for (const [trouble, message] of [
  ['http500', '/register_worker answered HTTP 500: "Internal Server Error"'],
  ['html', '/register_worker answered "<html><body>Welcome</body></html>" instead of JSON'],
] as const) {
  t.test(`a controller that answers ${trouble} is not taken for one`, async (t) => {
    const controller = await withController(t);
    controller.fail(trouble);
    const { logs, app } = await startWorker(t, registeringAt(controller.url));
    t.match(await logs.waitFor('the controller answered unexpectedly'), { err: { message } });
    t.equal(app.readiness(), 'not registered with the controller');
    controller.fail(null);
    await logs.waitFor('registered');
  });

  t.test(`heart beats answered with ${trouble} are tried again`, async (t) => {
    const controller = await withController(t);
    const { logs } = await startWorker(t, registeringAt(controller.url));
    await logs.waitFor('registered');
    controller.fail(trouble);
    const { err } = await logs.waitFor('the controller answered unexpectedly');
    t.match(Object(err).message, /^\/receive_heart_beat answered /);
    const before = controller.log.length;
    controller.fail(null);
    await controller.waitForCall(
      BEAT,
      1 + controller.log.filter(({ path }) => path === BEAT).length,
    );
    t.ok(controller.log.length > before);
    t.equal(logs.withMessage('registered').length, 1);
  });
}

t.test('a controller that never answers is told of, and tried again', async (t) => {
  const controller = await withController(t);
  controller.fail('hang');
  const { timeout } = AbortSignal;
  // The real patience is 20 s.
  t.capture(AbortSignal, 'timeout', (ms: number) => timeout.call(AbortSignal, Math.min(ms, 100)));
  const { logs, app } = await startWorker(t, registeringAt(controller.url));
  const { err } = await logs.waitFor('the controller does not answer');
  t.match(Object(err).message, /^\/register_worker failed: .*timeout/);
  t.equal(app.readiness(), 'not registered with the controller');
  controller.fail(null);
  await logs.waitFor('registered');
});

t.test('auto registers the address of this machine as the controller sees it', async (t) => {
  const controller = await withController(t);
  const env = { ...registeringAt(controller.url), WORKER_ADDRESS: 'auto', HOST: '0.0.0.0' };
  const { app, logs } = await startWorker(t, env);
  await logs.waitFor('registered');
  const { port } = new URL(app.url);
  t.equal(app.workerAddress, `http://127.0.0.1:${port}`);
  t.strictSame([...controller.workers.keys()], [`http://127.0.0.1:${port}`]);
});

t.test(
  'auto for a controller whose name cannot be found yet serves and goes on trying',
  async (t) => {
    const { app, logs } = await startWorker(t, {
      NO_REGISTER: 'false',
      WORKER_ADDRESS: 'auto',
      // No label of a name is that long, so no name server is asked.
      CONTROLLER_ADDRESS: `http://${'x'.repeat(64)}:21001`,
    });
    t.match(await logs.waitFor('the controller does not answer'), {
      err: { name: 'ControllerError', message: /^\/register_worker failed: .*ENOTFOUND/ },
    });
    t.equal(app.workerAddress, null);
    t.equal(app.readiness(), 'not registered with the controller');
    t.equal((await call(t, `${app.url}/worker_get_status`)).status, 200);
  },
);

t.test(
  'an address given is registered letter for letter, its password in no log line',
  async (t) => {
    for (const [address, password] of [
      ['http://worker:pass%40word@proxy:8000/glm', 'pass%40word'],
      ['http://worker:pa^ssword~1@proxy/glm', 'pa^ssword~1'],
      ['http://worker:"quoted"@proxy', 'quoted'],
    ] as const) {
      const controller = await withController(t);
      const env = { ...registeringAt(controller.url), WORKER_ADDRESS: `${address}/` };
      const { logs, app } = await startWorker(t, env);
      await logs.waitFor('registered');
      t.equal(app.workerAddress, address);
      t.strictSame([...controller.workers.keys()], [address]);
      t.notOk(logs.text.includes(password));
    }
  },
);

t.test('an IPv6 host is advertised in brackets', async (t) => {
  const controller = await withController(t);
  const { app, logs } = await startWorker(t, { ...registeringAt(controller.url), HOST: '::1' });
  await logs.waitFor('registered');
  t.match(app.workerAddress, /^http:\/\/\[::1\]:\d+$/);
  t.equal(app.workerAddress, app.url);
});

t.test('without a controller nothing is called and readiness follows listening', async (t) => {
  const controller = await withController(t);
  const env = { ...registeringAt(controller.url), NO_REGISTER: 'true' };
  const { app } = await startWorker(t, env);
  t.equal(app.readiness(), null);
  t.equal(app.workerAddress, null);
  await app.stop();
  t.strictSame(controller.log, []);
});
