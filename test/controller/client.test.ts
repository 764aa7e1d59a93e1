// The bytes exchanged with a controller, and what is made of a controller that answers strangely.

import t, { type Test } from 'tap';
import { Agent } from 'undici';
import { ControllerClient } from '../../src/controller/client.ts';
import { errorOfCall } from '../../src/controller/controller-error.ts';
import type { WorkerStatus } from '../../src/fastchat/replies.ts';
import { freePort } from '../support/free-port.ts';
import { scriptedServer } from '../support/scripted-server.ts';

const WORKER = 'http://user:pass@worker:21002/prefix';
const STATUS: WorkerStatus = { model_names: ['a', '智谱'], speed: 1, queue_length: 3 };
const NEVER = new AbortController().signal;

function clientOf(t: Test, controller: string): ControllerClient {
  const agent = new Agent();
  t.teardown(() => agent.destroy());
  return new ControllerClient(agent, { controller, worker: async () => WORKER });
}

async function scripted(t: Test) {
  const server = await scriptedServer(t);
  return { server, client: clientOf(t, `${server.url}/`) };
}

t.test('registering sends the whole status, even a multimodal flag that is off', async (t) => {
  const { server, client } = await scripted(t);
  const registered = client.register(STATUS, false, NEVER);
  const asked = await server.next();
  asked.reply(200, 'null');
  await registered;
  t.equal(asked.path, '/register_worker');
  t.equal(asked.headers['content-type'], 'application/json');
  t.strictSame(asked.body, {
    worker_name: WORKER,
    check_heart_beat: true,
    worker_status: { model_names: ['a', '智谱'], speed: 1, queue_length: 3 },
    multimodal: false,
  });
});

t.test('a heart beat tells name and queue length, and whether the worker is known', async (t) => {
  const { server, client } = await scripted(t);
  for (const exist of [true, false]) {
    const beat = client.heartBeat(7, NEVER);
    const asked = await server.next();
    asked.reply(200, JSON.stringify({ exist, more: 1 }));
    t.equal(await beat, exist);
    t.equal(asked.path, '/receive_heart_beat');
    t.strictSame(asked.body, { worker_name: WORKER, queue_length: 7 });
  }
});

t.test('a reply that no controller gives is an error that quotes it', async (t) => {
  const { server, client } = await scripted(t);
  const long = 'x'.repeat(500);
  for (const [call, status, text, message] of [
    ['register', 500, 'Internal Server Error', 'HTTP 500: "Internal Server Error"'],
    ['register', 307, '', 'HTTP 307: ""'],
    ['register', 200, '<p>nginx</p>', '"<p>nginx</p>" instead of JSON'],
    ['register', 404, long, `HTTP 404: "${long}"`],
    ['heartBeat', 500, 'oops', 'HTTP 500: "oops"'],
    ['heartBeat', 200, 'null', '"null" instead of {"exist": …}'],
    ['heartBeat', 200, '', '"" instead of {"exist": …}'],
    ['heartBeat', 200, '{"exist":"yes"}', '"{\\"exist\\":\\"yes\\"}" instead of {"exist": …}'],
    ['heartBeat', 200, '[true]', '"[true]" instead of {"exist": …}'],
  ] as const) {
    const isBeat = call === 'heartBeat';
    const path = isBeat ? '/receive_heart_beat' : '/register_worker';
    const made: Promise<unknown> = isBeat
      ? client.heartBeat(0, NEVER)
      : client.register(STATUS, true, NEVER);
    const failed = t.rejects(made, {
      name: 'ControllerError',
      message: `${path} answered ${message}`,
    });
    (await server.next()).reply(status, text);
    if (status === 404) (await server.next()).reply(404, '');
    await failed;
  }
});

const PORTS = "the controller is usually on 21001, Chatchat's on 20001";

for (const [told, status, probed, remedy] of [
  ['an OpenAI API server', 404, 405, `this is an OpenAI API server; ${PORTS}`],
  ['an OpenAI API server that asks for a key', 401, 405, `this is an OpenAI API server; ${PORTS}`],
  ['some other server', 404, 404, 'this is not a FastChat controller'],
  ['a server that cuts the question', 404, null, 'this is not a FastChat controller'],
  ['a guarded address', 403, 403, 'something in front of the controller asks for credentials'],
] as const) {
  t.test(`${told} is told by one GET that makes it do nothing`, async (t) => {
    const { server, client } = await scripted(t);
    const failed = client.register(STATUS, false, NEVER).catch((error: unknown) => error);
    (await server.next()).reply(status, '{"detail":"Not Found"}');
    const { method, path, reply, cut } = await server.next();
    t.strictSame([method, path], ['GET', '/v1/chat/completions']);
    if (probed === null) cut();
    else reply(probed, '{}');
    const error = Object(await failed);
    t.ok(error.remedy.startsWith(remedy), error.remedy);
    t.equal(error.answered, true);
  });
}

t.test('each way to fail has a remedy', async (t) => {
  const { server, client } = await scripted(t);
  for (const [status, text, remedy] of [
    [500, 'oops', /^the controller failed, and its own log says why/],
    [302, '', /^the controller is asked without following redirects/],
    [200, '<p>nginx</p>', /^this is not a FastChat controller/],
    [200, ' '.repeat(65 * 1024), /^this is not a FastChat controller/],
  ] as const) {
    const failed = client.register(STATUS, false, NEVER).catch((error: unknown) => error);
    (await server.next()).reply(status, text);
    t.match(await failed, { remedy, answered: true });
  }
  for (const [code, remedy] of [
    [undefined, /^start the controller, or correct CONTROLLER_ADDRESS/],
    ['ECONNREFUSED', /^start the controller, or correct CONTROLLER_ADDRESS/],
    ['ENOTFOUND', /^the host of CONTROLLER_ADDRESS cannot be resolved/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /NODE_EXTRA_CA_CERTS/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', /^http and https are mixed up/],
    ['HPE_INVALID_CONSTANT', /^http and https are mixed up/],
  ] as const) {
    const cause = Object.assign(new Error('why'), code && { code });
    t.match(errorOfCall('/p', cause), {
      message: '/p failed: why',
      remedy,
      answered: false,
      cause,
    });
  }
});

t.test('a controller that cannot be reached is an error with its cause', async (t) => {
  const client = clientOf(t, `http://127.0.0.1:${await freePort()}`);
  await t.rejects(client.register(STATUS, false, NEVER), {
    name: 'ControllerError',
    message: /^\/register_worker failed: connect ECONNREFUSED/,
    cause: { code: 'ECONNREFUSED' },
  });
});

t.test('a connection cut before the reply is an error', async (t) => {
  const { server, client } = await scripted(t);
  const failed = t.rejects(client.heartBeat(0, NEVER), {
    name: 'ControllerError',
    message: /^\/receive_heart_beat failed: /,
  });
  (await server.next()).cut();
  await failed;
});

t.test(
  'the controller gets longer than the 5 s for which each sick worker holds it up',
  async (t) => {
    const { server, client } = await scripted(t);
    const original = AbortSignal.timeout;
    const limits = t.capture(AbortSignal, 'timeout', () => original.call(AbortSignal, 50));
    const failed = t.rejects(client.heartBeat(0, NEVER), {
      name: 'ControllerError',
      message: /^\/receive_heart_beat failed: .*timeout/,
    });
    const asked = await server.next();
    await failed;
    await asked.gone;
    t.match(limits(), [{ args: [20_000] }]);
  },
);

t.test(
  'a caller who gives up gets its own reason back, and the connection is closed',
  async (t) => {
    const { server, client } = await scripted(t);
    const stop = new AbortController();
    const reason = new Error('enough');
    const failed = t.rejects(client.register(STATUS, false, stop.signal), reason);
    const asked = await server.next();
    stop.abort(reason);
    await failed;
    await asked.gone;
  },
);
