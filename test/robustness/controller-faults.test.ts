// Every failure of the controller on every path: callers are answered, and service comes back.

import t, { type Test } from 'tap';
import { Agent } from 'undici';
import { ControllerClient } from '../../src/controller/client.ts';
import { startMiniController } from '../../src/sandbox/controller/mini-controller.ts';
import { freePort } from '../support/free-port.ts';
import { call } from '../support/http-call.ts';
import type { TestWorker } from '../support/start-worker.ts';
import { startRawUpstream } from '../support/upstream.ts';
import { type ControllerFaultRow, controllerFaultTable } from './controller-fault-table.ts';
import { checkNothingHeld, matrixWorker, playCell } from './support/cell.ts';

t.jobs = controllerFaultTable.length;

const PATHS = ['stream', 'whole', 'embeddings'] as const;

/** A controller that can be taken away and put back at the same address. */
class Controller {
  readonly #port: number;
  #running: Awaited<ReturnType<typeof startMiniController>> | null = null;

  constructor(port: number) {
    this.#port = port;
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  get calls() {
    return this.#running?.log ?? [];
  }

  async start() {
    this.#running = await startMiniController({ port: this.#port });
  }

  async stop() {
    await this.#running?.close();
    this.#running = null;
  }

  async begin(trouble: ControllerFaultRow['trouble'], worker: string) {
    if (trouble === 'down') await this.stop();
    else if (trouble === 'forgetful') this.#running?.forget(worker);
    else this.#running?.fail(trouble);
  }

  /** What hangs goes on hanging until it is restarted. */
  async end(trouble: ControllerFaultRow['trouble']) {
    this.#running?.fail(null);
    if (trouble !== 'down' && trouble !== 'hang') return;
    await this.stop();
    await this.start();
  }

  /** A call that comes from now on. */
  async next(path: string) {
    const seen = this.calls.filter((one) => one.path === path).length;
    return this.#running?.waitForCall(path, seen + 1);
  }
}

/** What the log says of it, depending on whether there was an answer. */
const TROUBLE = ['the controller does not answer', 'the controller answered unexpectedly'];

/** Resolves when the worker has met the trouble. */
async function noticed({ logs }: TestWorker, controller: Controller, row: ControllerFaultRow) {
  const { trouble, fromStart } = row;
  if (trouble === 'forgetful') await logs.waitFor('registered', 2);
  else if (trouble !== 'hang') await Promise.race(TROUBLE.map((line) => logs.waitFor(line)));
  else if (fromStart) await logs.waitFor('listening');
  else await controller.next('/receive_heart_beat');
}

async function readiness(t: Test, { url }: TestWorker): Promise<number> {
  return (await call(t, `${url}/readyz`, { method: 'GET' })).status;
}

async function playRow(t: Test, row: ControllerFaultRow) {
  const { trouble, fromStart } = row;
  const controller = new Controller(await freePort());
  t.teardown(() => controller.stop());
  await controller.start();
  if (fromStart) await controller.begin(trouble, '');
  const worker = await matrixWorker(t, {
    NO_REGISTER: 'false',
    CONTROLLER_ADDRESS: controller.url,
    FASTCHAT_WORKER_HEART_BEAT_INTERVAL: '0.1',
  });
  if (!fromStart) {
    await worker.logs.waitFor('registered');
    await controller.begin(trouble, worker.url);
  }
  await noticed(worker, controller, row);
  t.equal(await readiness(t, worker), row.ready, 'meanwhile');
  for (const path of PATHS) t.equal(await playCell(worker, path), 'complete, 1 try', path);

  const before = worker.logs.withMessage('registered').length;
  await controller.end(trouble);
  await controller.next('/receive_heart_beat');
  await controller.next('/receive_heart_beat');
  const again = row.after === 'registers' && trouble !== 'forgetful';
  t.equal(worker.logs.withMessage('registered').length, before + (again ? 1 : 0));
  t.equal(await readiness(t, worker), 200, 'afterwards');
  await checkNothingHeld(t, worker);
}

for (const row of controllerFaultTable) {
  const name = `a controller that ${row.what}: callers are answered, and the worker ${row.after}`;
  t.test(name, { buffered: true }, (t) => playRow(t, row));
}

t.test('a controller that never stops talking: it is not listened to for ever', async (t) => {
  const { url: controller } = await startRawUpstream(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n');
    const pour = () => {
      while (socket.writable && socket.write(' '.repeat(65_536)));
    };
    socket.on('drain', pour);
    pour();
  });
  const dispatcher = new Agent();
  t.teardown(() => dispatcher.destroy());
  const client = new ControllerClient(dispatcher, { controller, worker: async () => 'http://w' });
  const { signal } = new AbortController();
  await t.rejects(client.heartBeat(0, signal), {
    name: 'ControllerError',
    message: '/receive_heart_beat answered "too many bytes" instead of a short reply',
  });
});
