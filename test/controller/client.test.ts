// The bytes exchanged with a controller, and what is made of a controller that answers strangely.

import t, { type Test } from 'tap';
import { Agent } from 'undici';
import { ControllerClient } from '../../src/controller/client.ts';
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
    ['register', 404, long, `HTTP 404: "${'x'.repeat(120)}"`],
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
    await failed;
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
