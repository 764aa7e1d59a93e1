// Answers the controller's JSON endpoints one at a time, because FastChat's controller does so too.
import { isObject, type JsonObject } from '../json.ts';
import { fetchStatus } from './worker-call.ts';
import { readRegistration, readStatus, type WorkerTable } from './worker-table.ts';

type Route = (desk: ControllerDesk, body: JsonObject) => unknown;

const ROUTES: { readonly [route: string]: Route } = {
  'POST /register_worker': (desk, body) => desk.register(body),
  'POST /receive_heart_beat': ({ table }, body) => ({
    exist: table.beat(body['worker_name'], body['queue_length']),
  }),
  'POST /list_models': ({ table }) => ({ models: table.models() }),
  'POST /list_language_models': ({ table }) => ({ models: table.models(false) }),
  'POST /list_multimodal_models': ({ table }) => ({ models: table.models(true) }),
  'POST /get_worker_address': ({ table }, body) => ({ address: table.address(modelOf(body)) }),
  'POST /refresh_all_workers': (desk) => desk.refresh(),
  'POST /worker_get_status': (desk) => desk.sumUp(),
  'GET /test_connection': () => 'success',
};

function modelOf(body: JsonObject): string {
  const model = body['model'];
  if (typeof model !== 'string') throw new Error('KeyError: model');
  return model;
}

/** A reply of the controller. */
export interface DeskReply {
  readonly status: number;
  readonly json: unknown;
}

/** The endpoints over a table of workers. */
export class ControllerDesk {
  readonly table: WorkerTable;
  readonly #statusTimeoutMs: number;
  #last: Promise<unknown> = Promise.resolve();

  constructor(table: WorkerTable, statusTimeoutMs: number) {
    this.table = table;
    this.#statusTimeoutMs = statusTimeoutMs;
  }

  // A worker that is slow to tell its status holds up everybody, as with the real controller.
  #inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const run = this.#last.then(work);
    this.#last = run.catch(() => undefined);
    return run;
  }

  /** Answers a call. @throws what the real controller answers with 500 */
  async answer(method: string, path: string, body: unknown): Promise<DeskReply> {
    const route = `${method} ${path}`;
    const handler = Object.hasOwn(ROUTES, route) ? ROUTES[route] : undefined;
    if (handler === undefined) {
      const known = ['GET', 'POST'].some((other) => Object.hasOwn(ROUTES, `${other} ${path}`));
      if (!known) return { status: 404, json: { detail: 'Not Found' } };
      return { status: 405, json: { detail: 'Method Not Allowed' } };
    }
    const json = await this.#inTurn(() => handler(this, isObject(body) ? body : {}));
    return { status: 200, json };
  }

  /** The worker that is to serve the request, or an empty string. @throws without a model */
  addressFor(body: unknown): Promise<string> {
    return this.#inTurn(() => this.table.address(modelOf(isObject(body) ? body : {})));
  }

  async register(body: JsonObject): Promise<null> {
    const { name, check, multimodal, status } = readRegistration(body);
    const report = status ?? (await fetchStatus(name, this.#statusTimeoutMs));
    if (report !== null) this.table.register(name, check, multimodal, report);
    return null;
  }

  /** Asks every worker anew; one unreadable answer loses all that were not asked yet. */
  async refresh(): Promise<null> {
    const before = [...this.table.entries];
    this.table.entries.clear();
    for (const [name, { checkHeartBeat, multimodal }] of before) {
      const report = await fetchStatus(name, this.#statusTimeoutMs);
      if (report !== null) this.table.register(name, checkHeartBeat, multimodal, report);
    }
    return null;
  }

  /** The controller as one big worker: names of all, speeds and queues summed. */
  async sumUp(): Promise<unknown> {
    const names = new Set<string>();
    const sum = { speed: 0, queue_length: 0 };
    for (const name of this.table.entries.keys()) {
      const report = await fetchStatus(name, this.#statusTimeoutMs);
      if (report === null) continue;
      const { modelNames, speed, queueLength } = readStatus(report);
      for (const model of modelNames) names.add(model);
      sum.speed += speed;
      sum.queue_length += queueLength;
    }
    return { model_names: [...names].sort(), ...sum };
  }
}
