// doctor beside FastChat's real servers: what it tries leaves nothing, and what it says is true.

import t, { type Test } from 'tap';
import { checkLines, doctorStage, masksOf, runDoctor } from '../support/doctor-stage.ts';
import { freePort } from '../support/free-port.ts';
import { startWorker } from '../support/start-worker.ts';
import { type FastChatServer, startFastChat } from './support/fastchat.ts';
import { startNetwork } from './support/network.ts';

/** POSTs to FastChat's controller and gives the parsed reply. */
async function ask({ url }: FastChatServer, path: string, body: object = {}): Promise<unknown> {
  const response = await fetch(url + path, { method: 'POST', body: JSON.stringify(body) });
  return response.json();
}

/** How often the controller has logged something. */
function count({ log }: FastChatServer, text: string): number {
  return log.split(text).length - 1;
}

/** Settings of a worker of that controller, with a sandbox in place of GLM. */
async function envFor(t: Test, { url }: Pick<FastChatServer, 'url'>) {
  const stage = await doctorStage(t);
  const env = { ...stage.env, CONTROLLER_ADDRESS: url };
  return { env, port: stage.port, masks: { ...masksOf(stage), [url]: 'CONTROLLER' } };
}

t.test('beside an empty controller all is well, and it stays empty', async (t) => {
  const controller = await startFastChat(t, 'controller');
  const { env, masks } = await envFor(t, controller);
  const { stdout, code } = await runDoctor(env, { masks });
  t.equal(code, 0);
  t.match(stdout, "ok    controller  FastChat's controller answers at CONTROLLER  (N ms)\n");
  t.match(
    stdout,
    'ok    reach       the controller comes from 127.0.0.1 to http://127.0.0.1:PORT  (N ms)\n',
  );
  t.match(stdout, 'ok    names       nobody has registered zhipu-api  (N ms)\n');
  t.match(stdout, /\n13 ok, 0 warn, 0 FAIL, 1 skip\n$/);
  t.strictSame(await ask(controller, '/list_models'), { models: [] });
  t.equal(count(controller, 'Register a new worker'), 1, 'it was asked to register');
  t.equal(count(controller, 'Register done'), 0, 'and did not');
});

t.test(
  'the registration of a worker that runs is as it was, and its names are known',
  async (t) => {
    const controller = await startFastChat(t, 'controller');
    const { env, port, masks } = await envFor(t, controller);
    const WORKER_ADDRESS = `http://user:PLANTED@127.0.0.1:${port}`;
    const all = { ...env, WORKER_ADDRESS, MODEL_NAMES: 'zhipu-api,b=glm-4.6v' };
    const { logs } = await startWorker(t, { ...all, NO_REGISTER: 'false' });
    await logs.waitFor('registered');
    const before = {
      names: Object(await ask(controller, '/list_models')).models.toSorted(),
      seeing: Object(await ask(controller, '/list_multimodal_models')).models.toSorted(),
    };
    t.strictSame(before, { names: ['b', 'zhipu-api'], seeing: ['b', 'zhipu-api'] });
    const { stdout, code } = await runDoctor(all, { masks });
    t.equal(code, 0);
    t.match(
      stdout,
      'ok    listen      this worker runs at http://127.0.0.1:PORT already  (N ms)\n',
    );
    t.match(
      stdout,
      /\nok {4}reach {7}the controller comes from 127\.0\.0\.1 to http:\/\/user:\[secret\]@127/,
    );
    t.match(
      stdout,
      'ok    names       zhipu-api, b lead to http://user:[secret]@127.0.0.1:PORT  (N ms)\n',
    );
    t.notMatch(stdout, 'PLANTED');
    t.strictSame(
      {
        names: Object(await ask(controller, '/list_models')).models.toSorted(),
        seeing: Object(await ask(controller, '/list_multimodal_models')).models.toSorted(),
      },
      before,
    );
    const beat = { worker_name: WORKER_ADDRESS, queue_length: 0 };
    t.strictSame(await ask(controller, '/receive_heart_beat', beat), { exist: true });
    t.strictSame(await ask(controller, '/get_worker_address', { model: 'b' }), {
      address: WORKER_ADDRESS,
    });
    t.equal(count(controller, 'Register done'), 1, 'only the worker is registered');
  },
);

t.test('an API server in the place of the controller is told as one', async (t) => {
  const controller = await startFastChat(t, 'controller');
  const flags = ['--controller-address', controller.url];
  const api = await startFastChat(t, 'openai_api_server', { flags });
  const { env, masks } = await envFor(t, api);
  t.match(await checkLines('controller', env, { masks }), [
    /^FAIL controller \/test_connection answered HTTP 404:/,
    /^-> this is an OpenAI API server; .* correct CONTROLLER_ADDRESS$/,
  ]);
});

t.test(
  'a controller that cannot reach the worker: the settings that are told let it',
  async (t) => {
    const { here, there, enter } = startNetwork(t);
    const controller = await startFastChat(t, 'controller', { through: enter, host: there });
    const { env, port, masks } = await envFor(t, controller);
    const all = { ...masks, [here]: 'HERE', [there]: 'THERE' };
    const [line, ...remedies] = await checkLines('reach', env, { masks: all });
    t.match(
      line,
      /^FAIL reach the controller does not reach http:\/\/127\.0\.0\.1:PORT \(tried for \d+ ms\)/,
    );
    t.strictSame(remedies, [
      '-> WORKER_ADDRESS=http://HERE:PORT',
      '-> HOST=0.0.0.0, because only this machine reaches a loopback address',
    ]);
    const WORKER_ADDRESS = `http://${here}:${port}`;
    t.match(await checkLines('reach', { ...env, WORKER_ADDRESS }, { masks: all }), [
      /^FAIL reach /,
      '-> HOST=0.0.0.0, because only this machine reaches a loopback address',
    ]);
    const put = { ...env, WORKER_ADDRESS, HOST: '0.0.0.0' };
    t.strictSame(await checkLines('reach', put, { masks: all }), [
      'ok reach the controller comes from THERE to http://HERE:PORT (N ms)',
    ]);
    t.strictSame(await checkLines('reach', { ...put, WORKER_ADDRESS: 'auto' }, { masks: all }), [
      'ok reach the controller comes from THERE to http://HERE:PORT (N ms)',
    ]);
    t.strictSame(await ask(controller, '/list_models'), { models: [] });
  },
);

t.test(
  'an address behind which packets are lost is given up within the time of the controller',
  async (t) => {
    const { here, there, enter } = startNetwork(t);
    const controller = await startFastChat(t, 'controller', { through: enter, host: there });
    const { env, masks } = await envFor(t, controller);
    const nobody = here.replace(/\.1$/, '.9');
    const WORKER_ADDRESS = `http://${nobody}:${await freePort()}`;
    const lines = await checkLines('reach', { ...env, HOST: '0.0.0.0', WORKER_ADDRESS }, { masks });
    t.match(lines, [
      /^FAIL reach the controller does not reach http:\/\/\S+:\d+ \(tried for \d+ ms\)/,
      /^-> unless something passes port \d+ on to PORT: WORKER_ADDRESS=/,
      /^-> let the machine of the controller connect to this one/,
      new RegExp(`^-> WORKER_ADDRESS=http://${here}:PORT if that is the address`),
      /^-> where HTTP_PROXY is set for the controller/,
    ]);
  },
);
