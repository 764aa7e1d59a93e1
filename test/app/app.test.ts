// The parts that only the whole app has: secrets of all its settings, reloading, readiness.

import t, { type Test } from 'tap';
import {
  AdvertisedAddress,
  bracketed,
  credentialsOf,
  passwordsOf,
  pathOf,
} from '../../src/app/addresses.ts';
import { startApp } from '../../src/app/app.ts';
import { loadModelsFile, type ModelsFileResult } from '../../src/config/models-file.ts';
import { SANDBOX_KEY } from '../../src/sandbox/glm/fake-glm.ts';
import { call, json } from '../support/http-call.ts';
import { createLogSink } from '../support/log-sink.ts';
import { settingsFrom, startWorker } from '../support/start-worker.ts';
import { withController } from '../support/with-controller.ts';

const BASE = { PORT: '0', NO_REGISTER: 'true', ZHIPUAI_API_KEY: SANDBOX_KEY };

t.test('no secret of any setting gets into a log line', async (t) => {
  const file = t.testdir({ 'models.json': JSON.stringify({ own: { api_key: '$OWN_KEY' } }) });
  const env = {
    ZHIPUAI_API_KEY: 'id1.planted-secret-1,id2.planted-secret-2',
    FENCE_SECRET: 'planted-fence',
    WORKER_ADDRESS: 'http://u:planted-worker@w',
    CONTROLLER_ADDRESS: 'http://127.0.0.1:1',
    HTTPS_PROXY: 'http://u:planted-proxy@127.0.0.1:1',
    MODELS_FILE: `${file}/models.json`,
    OWN_KEY: 'id3.planted-secret-3',
    NO_REGISTER: 'false',
  };
  const { logs, app } = await startWorker(t, env);
  await logs.waitFor('the controller does not answer');
  for (const value of Object.values(env)) app.logger.info({ value }, value);
  t.notMatch(logs.text, 'planted');
  t.match(logs.withMessage('listening'), [{ models: ['own'] }]);
});

t.test('a bearer key without a dot is a secret too', async (t) => {
  const { logs, app } = await startWorker(t, { ZHIPUAI_API_KEY: 'planted', GLM_AUTH: 'bearer' });
  app.logger.info('planted');
  t.notMatch(logs.text, 'planted');
});

t.test(
  'models read again are served, registered, and their keys kept out of the log',
  async (t) => {
    const controller = await withController(t);
    const logs = createLogSink();
    const settings = settingsFrom({
      ...BASE,
      NO_REGISTER: 'false',
      CONTROLLER_ADDRESS: controller.url,
    });
    let result: ModelsFileResult = { ok: false, problems: ['one', 'two'] };
    const app = await startApp(settings, logs, () => result);
    t.teardown(() => app.stop());
    await logs.waitFor('registered');
    const names = async () => json(await call(t, `${app.url}/worker_get_status`))['model_names'];

    app.reload();
    const refused = {
      level: 'error',
      why: 'one; two',
      msg: 'MODELS_FILE not taken, nothing changed',
    };
    t.match(logs.lines.at(-1), refused);
    t.strictSame(await names(), ['zhipu-api']);

    const path = t.testdir({ 'm.json': '{"new":{"api_key":"$K"},"glm-4v-plus":{}}' });
    result = loadModelsFile(`${path}/m.json`, { K: 'id.planted-key' });
    app.reload();
    t.match(await logs.waitFor('MODELS_FILE read again'), { models: ['new', 'glm-4v-plus'] });
    const { body } = await controller.waitForCall('/register_worker', 2);
    t.match(body, { worker_status: { model_names: ['new', 'glm-4v-plus'] }, multimodal: true });
    t.strictSame(await names(), ['new', 'glm-4v-plus']);
    app.logger.info('planted-key');
    t.notMatch(logs.text, 'planted-key');
  },
);

t.test('models that cannot be served leave the ones that are', async (t) => {
  const logs = createLogSink();
  const path = t.testdir({ 'm.json': '{"own":{"api_key":"$K"}}' });
  const settings = settingsFrom({
    ...BASE,
    ZHIPUAI_API_KEY: '',
    MODELS_FILE: `${path}/m.json`,
    K: 'a.b',
  });
  const app = await startApp(settings, logs, () => ({ ok: true, entries: new Map() }));
  t.teardown(() => app.stop());
  app.reload();
  t.match(logs.lines.at(-1), { level: 'error', why: /^the model zhipu-api has no key: set / });
  t.match(json(await call(t, `${app.url}/worker_get_status`)), { model_names: ['own'] });
});

t.test('without another way to read them, reloading serves the models of the start', async (t) => {
  const { app, logs } = await startWorker(t);
  app.reload();
  t.match(logs.withMessage('MODELS_FILE read again'), [{ models: ['zhipu-api'] }]);
  t.match(logs.lines.at(-1), { model: 'zhipu-api', msg: 'serving' });
});

t.test(
  'the markers of fenced come from FENCE_SECRET, else from the first key there is',
  async (t) => {
    const dir = t.testdir({ 'm.json': '{"first":{},"own":{"api_key":"$K"}}' });
    const file = { MODELS_FILE: `${dir}/m.json`, K: 'a.b', MODEL_NAMES: 'own' };
    const template = async (env: Readonly<Record<string, string>>) => {
      const { post } = await startWorker(t, { CONV_TEMPLATE: 'fenced', ...env });
      return Object(json(await post('/worker_get_conv_template')))['conv'].sep;
    };
    const byKey = await template({ ZHIPUAI_API_KEY: 'a.b' });
    const bySecret = await template({ ZHIPUAI_API_KEY: 'a.b', FENCE_SECRET: 'one' });
    t.equal(await template({ ZHIPUAI_API_KEY: 'a.b,c.d' }), byKey, 'the same after a restart');
    t.equal(await template({ ZHIPUAI_API_KEY: '', ...file }), byKey, 'a key of a model');
    t.equal(await template({ ZHIPUAI_API_KEY: 'c.d', FENCE_SECRET: 'one' }), bySecret);
    t.not(byKey, bySecret);
    t.not(await template({ ZHIPUAI_API_KEY: 'c.d' }), byKey);
  },
);

t.test('addresses are taken apart without changing them', async (t) => {
  t.equal(bracketed('::1'), '[::1]');
  t.equal(bracketed('host'), 'host');
  t.strictSame(
    ['', 'auto', 'http://w', 'http://w/', 'http://w/a%20b/c/', 'http://w/%E6%99%BA'].map(pathOf),
    ['', '', '', '', '/a b/c', '/智'],
  );
  t.strictSame(
    ['', 'auto', 'http://w', 'http://u@w', 'http://u:p@w', 'http://u:p%40:x@w', 'http://:ä@w'].map(
      passwordsOf,
    ),
    [
      ...[[], [], ['', '', ''], ['', '', ''], ['p', 'p', 'p']],
      ...[
        ['p%40:x', 'p%40%3Ax', 'p@:x'],
        ['ä', '%C3%A4', 'ä'],
      ],
    ],
  );
  t.strictSame(
    ['', 'auto', 'http://w', 'http://u%20:p%25@w', 'http://u:%zz@auto'].map(credentialsOf),
    [null, null, null, { user: 'u ', password: 'p%' }, { user: 'u', password: '%zz' }],
  );
});

t.test('what is advertised is what is given, else where it listens', async (t) => {
  const url = 'http://127.0.0.1:7';
  const advertised = async (env: Record<string, string>) => {
    const address = new AdvertisedAddress(settingsFrom({ ...BASE, ...env }).controller, url);
    return [address.known, await address.find(), await address.find(), address.known];
  };
  t.strictSame(await advertised({}), [url, url, url, url]);
  const given = await advertised({ WORKER_ADDRESS: 'https://w/p' });
  t.strictSame(given, ['https://w/p', 'https://w/p', 'https://w/p', 'https://w/p']);
  const auto = { WORKER_ADDRESS: 'auto', CONTROLLER_ADDRESS: 'http://[::1]:1' };
  const found = 'http://[::1]:7';
  t.strictSame(await advertised(auto), [null, found, found, found]);
  const more = { ...auto, WORKER_ADDRESS: 'https://u:p%40@auto/glm' };
  t.equal((await advertised(more))[1], 'https://u:p%40@[::1]:7/glm');
  const port = { ...auto, WORKER_ADDRESS: 'http://u:p@auto:80' };
  t.equal((await advertised(port))[1], 'http://u:p@[::1]:80');
});

/** Moves the clock of this process on, as often as the test likes. */
function movingClock(t: Test) {
  const { now } = performance;
  const clock = { aheadMs: 0 };
  t.intercept(performance, 'now', { value: () => now.call(performance) + clock.aheadMs });
  return clock;
}

t.test('without a heart beat for 90 s it is not ready, until one is accepted', async (t) => {
  const controller = await withController(t);
  const clock = movingClock(t);
  const { app, url, logs } = await startWorker(t, {
    NO_REGISTER: 'false',
    CONTROLLER_ADDRESS: controller.url,
  });
  const ready = async () => {
    const reply = await call(t, `${url}/readyz`, { method: 'GET' });
    return [reply.status, json(reply)];
  };
  await logs.waitFor('registered');
  t.strictSame(await ready(), [200, { ready: true }]);
  clock.aheadMs = 60_000;
  t.strictSame(await ready(), [200, { ready: true }]);
  clock.aheadMs = 90_000;
  const reason = 'not registered with the controller';
  t.strictSame(await ready(), [503, { ready: false, reason }]);
  app.reload();
  await logs.waitFor('registered', 2);
  t.strictSame(await ready(), [200, { ready: true }]);
});

t.test('who does not register is ready however long ago it began', async (t) => {
  const clock = movingClock(t);
  const { url } = await startWorker(t);
  clock.aheadMs = 1_000_000_000;
  const reply = await call(t, `${url}/readyz`, { method: 'GET' });
  t.strictSame([reply.status, json(reply)], [200, { ready: true }]);
});
