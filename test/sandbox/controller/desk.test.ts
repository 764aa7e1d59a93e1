// The embedded controller against FastChat's observed behaviour: replies, lists, dispatch, trouble.
import t from 'tap';
import type { MiniController } from '../../../src/sandbox/controller/mini-controller.ts';
import { A, B, FAILED, post, register, STATUS, withController } from '../support/controller.ts';
import { json } from '../support/glm.ts';
import { send } from '../support/http-client.ts';

async function models(controller: MiniController, kind = 'list_models') {
  return (await post(controller, kind))[1].models;
}

async function addresses(controller: MiniController, times: number, model = 'zhipu-api') {
  const seen = [];
  for (let time = 0; time < times; time += 1)
    seen.push((await post(controller, 'get_worker_address', { model }))[1].address);
  return seen;
}

t.test('a registration is listed by its kind, and replaced by the next', async (t) => {
  const controller = await withController(t);
  const lists = async () =>
    Promise.all(
      ['list_models', 'list_language_models', 'list_multimodal_models'].map((kind) =>
        models(controller, kind),
      ),
    );
  t.strictSame(await register(controller, A), [200, null]);
  t.strictSame(await lists(), [['zhipu-api'], ['zhipu-api'], []]);
  await register(controller, A, { multimodal: true });
  t.strictSame(await lists(), [['zhipu-api'], [], ['zhipu-api']]);
  await register(controller, A, { multimodal: undefined });
  t.strictSame(await lists(), [['zhipu-api'], ['zhipu-api'], []]);
  await register(controller, B, {
    worker_status: { ...STATUS, model_names: ['模型/2', 'zhipu-api'] },
  });
  t.strictSame(await models(controller), ['zhipu-api', '模型/2']);
  t.match(controller.workers.get(B), {
    modelNames: ['模型/2', 'zhipu-api'],
    speed: 1,
    queueLength: 0,
    checkHeartBeat: true,
    multimodal: false,
    lastHeartBeat: Number,
  });
});

t.test('no model names take a worker out of service, though it stays known', async (t) => {
  const controller = await withController(t);
  await register(controller, A);
  await register(controller, A, { worker_status: { ...STATUS, model_names: [] } });
  t.strictSame(await models(controller), []);
  t.strictSame(await addresses(controller, 1), ['']);
  const beat = { worker_name: A, queue_length: 0 };
  t.strictSame(await post(controller, 'receive_heart_beat', beat), [200, { exist: true }]);
});

t.test('heart beats tell whether the worker is known', async (t) => {
  const controller = await withController(t);
  await register(controller, A);
  const beat = (body: unknown) => post(controller, 'receive_heart_beat', body);
  t.strictSame(await beat({ worker_name: A, queue_length: 3 }), [200, { exist: true }]);
  t.equal(controller.workers.get(A)?.queueLength, 3);
  t.strictSame(await beat({ worker_name: `${A}/`, queue_length: 0 }), [200, { exist: false }]);
  t.strictSame([controller.forget(A), controller.forget(A)], [true, false]);
  t.strictSame(await beat({ worker_name: A, queue_length: 0 }), [200, { exist: false }]);
  t.strictSame(await beat({ worker_name: A }), FAILED);
  t.strictSame(await beat({ queue_length: 0 }), FAILED);
});

t.test('incomplete calls are answered as by a Python exception', async (t) => {
  const controller = await withController(t);
  t.strictSame(await register(controller, A, { worker_name: undefined }), FAILED);
  t.strictSame(await register(controller, A, { check_heart_beat: undefined }), FAILED);
  for (const field of ['model_names', 'speed', 'queue_length'])
    t.strictSame(
      await register(controller, A, { worker_status: { ...STATUS, [field]: undefined } }),
      FAILED,
    );
  t.strictSame(await post(controller, 'register_worker'), FAILED);
  t.strictSame(await post(controller, 'get_worker_address', {}), FAILED);
  t.equal(controller.workers.size, 0);
});

t.test('other methods and paths', async (t) => {
  const controller = await withController(t);
  const get = async (path: string) => {
    const seen = await send(`${controller.url}/${path}`, { method: 'GET' });
    return [seen.status, JSON.parse(seen.body.toString())];
  };
  t.strictSame(await get('test_connection'), [200, 'success']);
  t.strictSame(await get('list_models'), [405, { detail: 'Method Not Allowed' }]);
  t.strictSame(await get('nothing'), [404, { detail: 'Not Found' }]);
  t.strictSame(await post(controller, 'test_connection'), [405, { detail: 'Method Not Allowed' }]);
});

t.test('the shortest queue is served first, and each dispatch makes it longer', async (t) => {
  const controller = await withController(t);
  await register(controller, A);
  await register(controller, B);
  t.strictSame(await addresses(controller, 6), [A, B, A, B, A, B]);
  await post(controller, 'receive_heart_beat', { worker_name: A, queue_length: 0 });
  await post(controller, 'receive_heart_beat', { worker_name: B, queue_length: 10 });
  t.strictSame(await addresses(controller, 12), [...Array(11).fill(A), B]);
  await register(controller, A, { worker_status: { ...STATUS, queue_length: 4 } });
  await register(controller, B, { worker_status: { ...STATUS, speed: 4, queue_length: 8 } });
  t.strictSame(await addresses(controller, 6), Array(6).fill(B), 'speed weighs');
  await register(controller, A, { worker_status: { ...STATUS, speed: 0 } });
  t.strictSame(await post(controller, 'get_worker_address', { model: 'zhipu-api' }), FAILED);
  t.strictSame(await addresses(controller, 1, 'other'), ['']);
});

t.test('the lottery draws by speed', async (t) => {
  const tickets = [0, 0.24, 0.26, 0.999];
  const random = () => Number(tickets.shift());
  const controller = await withController(t, { dispatchMethod: 'lottery', random });
  await register(controller, 'http://none', { worker_status: { ...STATUS, speed: 0 } });
  t.strictSame(await addresses(controller, 1), ['']);
  await register(controller, A);
  await register(controller, B, { worker_status: { ...STATUS, speed: 3 } });
  t.strictSame(await addresses(controller, 4), [A, A, B, B]);
  t.equal(controller.workers.get(A)?.queueLength, 0);
  t.match(await addresses(await withController(t, { dispatchMethod: 'lottery' }), 1), ['']);
});

t.test('received calls are recorded and can be waited for', async (t) => {
  const controller = await withController(t, { logLimit: 3 });
  const second = controller.waitForCall('/list_models', 2);
  for (const body of [1, 2, 3, 4]) await post(controller, 'list_models', body);
  t.match(await second, { method: 'POST', path: '/list_models', body: 2, at: Number });
  t.strictSame(
    controller.log.map((call) => call.body),
    [2, 3, 4],
  );
  t.equal(await controller.waitForCall('/list_models', 4), controller.log[2]);
  const later = controller.waitForCall('/refresh_all_workers');
  await post(controller, 'refresh_all_workers');
  t.match(await later, { path: '/refresh_all_workers', body: undefined });
});

t.test('trouble can be scripted', async (t) => {
  const controller = await withController(t);
  controller.fail('http500');
  t.strictSame(await register(controller, A), FAILED);
  controller.fail('html');
  t.match(await send(`${controller.url}/list_models`), {
    status: 200,
    headers: { 'content-type': 'text/html' },
  });
  controller.fail('hang');
  const hanging = send(`${controller.url}/register_worker`);
  await controller.waitForCall('/register_worker', 2);
  controller.fail(null);
  t.strictSame(json(await send(`${controller.url}/list_models`)), { models: [] });
  await controller.close();
  t.equal((await hanging).end, 'ECONNRESET');
});
