// The embedded controller as a caller of workers: their status, refresh, expiry, and relayed streams.
import { once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import t, { type Test } from 'tap';
import {
  A,
  B,
  FAILED,
  post,
  register,
  replying,
  STATUS,
  withController,
  withWorker,
} from '../support/controller.ts';
import { type Seen, send, start } from '../support/http-client.ts';

const TEXT = '**NETWORK ERROR DUE TO HIGH TRAFFIC. PLEASE REGENERATE OR REFRESH THIS PAGE.**';
const NO_WORKER = `{"text": "${TEXT}", "error_code": 50005}\0`;
const CUT = `{"text": "${TEXT}", "error_code": 50006}\0`;
const FRAME = '{"text":"你","error_code":0}\0';

/** A controller with one registered worker; the result is the URL of the relay. */
async function withRelay(t: Test, listener: RequestListener): Promise<string> {
  const worker = await withWorker(t, listener);
  const controller = await withController(t, { relayTimeoutMs: 300 });
  await register(controller, worker, { worker_status: { ...STATUS, model_names: ['m'] } });
  return `${controller.url}/worker_generate_stream`;
}

function shown({ status, body, end, headers }: Seen) {
  return [status, headers['content-type'], body.toString(), end];
}

/** What a client of the relay sees of a worker that answers so. */
async function relayed(t: Test, play: (response: ServerResponse) => unknown) {
  const url = await withRelay(t, (_request, response) => play(response));
  return shown(await send(url, { body: '{"model":"m"}' }));
}

t.test('without a status the controller asks the worker itself', async (t) => {
  const controller = await withController(t, { statusTimeoutMs: 200 });
  const seen: unknown[] = [];
  const good: RequestListener = (request, response) => {
    seen.push([request.method, request.url, request.headers.authorization]);
    seen.push([request.headers['content-length'], request.headers['content-type']]);
    replying(STATUS)(request, response);
  };
  const open = await withWorker(t, good);
  t.strictSame(await register(controller, open, { worker_status: null }), [200, null]);
  const secured = `${await withWorker(t, good, 'me:p%40ss@')}/prefix`;
  t.strictSame(await register(controller, secured, { worker_status: {} }), [200, null]);
  const basic = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
  t.strictSame(seen, [
    ['POST', '/worker_get_status', undefined],
    ['0', undefined],
    ['POST', '/prefix/worker_get_status', basic],
    ['0', undefined],
  ]);
  t.strictSame([...controller.workers.keys()], [open, secured]);
  const missing = { ...STATUS, speed: undefined };
  const bad: readonly (readonly [RequestListener, unknown])[] = [
    [replying('boom', 500), [200, null]],
    [() => undefined, [200, null]],
    [(_request, response) => response.destroy(), [200, null]],
    [(_request, response) => response.writeHead(200).flushHeaders(), [200, null]],
    [replying('hello'), FAILED],
    [replying([]), FAILED],
    [replying(missing), FAILED],
  ];
  for (const [listener, reply] of bad)
    t.strictSame(
      await register(controller, await withWorker(t, listener), { worker_status: null }),
      reply,
    );
  t.strictSame(await register(controller, '127.0.0.1:1', { worker_status: null }), [200, null]);
  t.equal(controller.workers.size, 2);
});

t.test('a refresh asks every worker anew and drops those that fail', async (t) => {
  const controller = await withController(t);
  const two = { model_names: ['m2'], speed: 2, queue_length: 7 };
  const other = await withWorker(t, replying(two));
  const failing = await withWorker(t, replying('no', 401));
  await register(controller, failing);
  await register(controller, other, { multimodal: true, check_heart_beat: false });
  await register(controller, 'no-scheme', {});
  t.strictSame(await post(controller, 'refresh_all_workers'), [200, null]);
  t.strictSame([...controller.workers.keys()], [other]);
  t.match(controller.workers.get(other), {
    modelNames: ['m2'],
    speed: 2,
    queueLength: 7,
    multimodal: true,
    checkHeartBeat: false,
  });
});

t.test('an unreadable status ends the refresh and loses those that follow', async (t) => {
  const controller = await withController(t);
  const first = await withWorker(t, replying(STATUS));
  const broken = await withWorker(t, replying('hello'));
  const last = await withWorker(t, replying(STATUS));
  for (const name of [first, broken, last]) await register(controller, name);
  t.strictSame(await post(controller, 'refresh_all_workers'), FAILED);
  t.strictSame([...controller.workers.keys()], [first]);
});

t.test('a slow worker holds up the whole controller', async (t) => {
  const controller = await withController(t);
  const order: string[] = [];
  let answer = () => {};
  const asked = new Promise<void>((resolve) => {
    const listener: RequestListener = (request, response) => {
      answer = () => replying(STATUS)(request, response);
      resolve();
    };
    void withWorker(t, listener).then(async (slow) => {
      await register(controller, slow);
      await post(controller, 'refresh_all_workers');
      order.push('refresh');
    });
  });
  await asked;
  const beat = post(controller, 'receive_heart_beat', { worker_name: A, queue_length: 0 });
  await controller.waitForCall('/receive_heart_beat');
  answer();
  t.strictSame(await beat, [200, { exist: false }]);
  order.push('beat');
  t.strictSame(order, ['refresh', 'beat']);
});

t.test('the controller sums its workers up as one', async (t) => {
  const controller = await withController(t);
  const more = { model_names: ['b', 'a'], speed: 2, queue_length: 3 };
  await register(controller, await withWorker(t, replying(STATUS)));
  await register(controller, await withWorker(t, replying('no', 500)));
  await register(controller, await withWorker(t, replying(more)));
  t.strictSame(await post(controller, 'worker_get_status'), [
    200,
    { model_names: ['a', 'b', 'zhipu-api'], speed: 3, queue_length: 3 },
  ]);
});

t.test('workers that stop beating expire, those that need not beat stay', async (t) => {
  const controller = await withController(t, { expirationMs: 40 });
  const begun = Date.now();
  await register(controller, A);
  await register(controller, B, { check_heart_beat: false });
  while (controller.workers.has(A)) await send(`${controller.url}/list_models`);
  const took = Date.now() - begun;
  t.ok(took >= 40, `gone after ${took} ms, not before the expiration`);
  t.strictSame([...controller.workers.keys()], [B]);
});

t.test('frames pass unchanged, whole and without lone NULs', async (t) => {
  let received = '';
  const url = await withRelay(t, async (request, response) => {
    for await (const part of request) received += String(part);
    const bytes = Buffer.from(`${FRAME}\0\0${FRAME}`);
    for (const byte of bytes) response.write(Buffer.of(byte));
    response.end('{"last":1}');
  });
  const params = { model: 'm', prompt: '你好', custom: { any: [1, 2] } };
  const seen = await send(url, { body: JSON.stringify(params) });
  t.strictSame(shown(seen), [200, undefined, `${FRAME}${FRAME}{"last":1}\0`, 'end']);
  t.strictSame(JSON.parse(received), params);
});

t.test('a status of the worker is not looked at, its body passes as a frame', async (t) => {
  const seen = await relayed(t, (response) => response.writeHead(500).end('{"error_code":50001}'));
  t.strictSame(seen, [200, undefined, '{"error_code":50001}\0', 'end']);
});

t.test('a cut, a refusal or silence becomes the frame 50006', async (t) => {
  const begin = (response: ServerResponse) => response.write(`${FRAME}{"text":"ha`);
  const cut = await relayed(t, (response) => {
    begin(response);
    setImmediate(() => response.destroy());
  });
  t.strictSame(cut, [200, undefined, `${FRAME}${CUT}`, 'end']);
  const silent = await relayed(t, begin);
  t.strictSame(silent, [200, undefined, `${FRAME}${CUT}`, 'end']);
  const refused = await relayed(t, (response) => response.destroy());
  t.strictSame(refused, [200, undefined, CUT, 'end']);
});

t.test('an unknown model gives both frames, no model a cut', async (t) => {
  const url = await withRelay(t, () => undefined);
  const unknown = await send(url, { body: '{"model":"x"}' });
  t.strictSame(shown(unknown), [200, undefined, `${NO_WORKER}${CUT}`, 'end']);
  t.match(await send(url, { body: '{}' }), { status: 200, body: { length: 0 }, end: 'ECONNRESET' });
  t.match(await send(url), { status: 200, end: 'ECONNRESET' });
});

t.test('a client who leaves is not noticed: the worker is read to its end', async (t) => {
  let allWritten = () => {};
  const written = new Promise<void>((resolve) => {
    allWritten = resolve;
  });
  const frame = Buffer.from(`${'x'.repeat(100_000)}\0`);
  const url = await withRelay(t, async (_request, response) => {
    for (let count = 0; count < 200; count += 1)
      if (!response.write(frame)) await once(response, 'drain');
    response.end(allWritten);
  });
  const running = start(url, { body: '{"model":"m"}' });
  await running.received(300_000);
  running.leave();
  await written;
  t.pass('all 20 MB were read');
});

t.test('a client who reads slowly slows the worker down', async (t) => {
  const frame = Buffer.from(`${'x'.repeat(100_000)}\0`);
  const url = await withRelay(t, async (_request, response) => {
    for (let count = 0; count < 100; count += 1)
      if (!response.write(frame)) await once(response, 'drain');
    response.end();
  });
  t.equal((await send(url, { body: '{"model":"m"}' })).body.length, 100 * frame.length);
});
