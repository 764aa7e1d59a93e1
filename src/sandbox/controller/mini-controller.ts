// FastChat's controller as far as workers and their callers see it, so that the demo needs no Python.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listenHttp } from '../http-listener.ts';
import { parseJson } from '../json.ts';
import { readBody } from '../read-body.ts';
import { ControllerDesk } from './desk.ts';
import { type ControllerCall, ControllerLog } from './log.ts';
import { relayGeneration } from './relay.ts';
import { type DispatchMethod, WorkerTable, type WorkerView } from './worker-table.ts';

export type { ControllerCall } from './log.ts';
export type { DispatchMethod, WorkerView } from './worker-table.ts';

/** Options of the controller. */
export interface MiniControllerOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default shortest_queue. */
  readonly dispatchMethod?: DispatchMethod;
  /** For the lottery: a number from 0 to below 1. Default Math.random. */
  readonly random?: () => number;
  /** Workers silent for so long are dropped, at the next multiple of it. Default 90,000. */
  readonly expirationMs?: number;
  /** Longest silence of a worker asked for its status, default 5,000. */
  readonly statusTimeoutMs?: number;
  /** Longest silence of a worker in a relayed stream, default 100,000. */
  readonly relayTimeoutMs?: number;
  /** How many received calls are remembered, default 10,000. */
  readonly logLimit?: number;
}

/** Trouble for every call: status 500, a page of HTML with status 200, or no answer at all. */
export type ControllerTrouble = 'http500' | 'html' | 'hang';

/** A running controller. */
export interface MiniController {
  /** `http://host:port`. */
  readonly url: string;
  /** Registered workers by name; live. */
  readonly workers: ReadonlyMap<string, WorkerView>;
  /** Received calls, oldest first; live. */
  readonly log: readonly ControllerCall[];
  /** Scripts trouble; null ends it, but what hangs goes on hanging. */
  fail(trouble: ControllerTrouble | null): void;
  /** Drops a worker as a restarted controller would; false when there is none of that name. */
  forget(name: string): boolean;
  /** Resolves with call number `n` (1 for the first) to the path, past or to come. */
  waitForCall(path: string, n?: number): Promise<ControllerCall>;
  close(): Promise<void>;
}

const STREAM = '/worker_generate_stream';

function sendText(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type });
  response.end(text);
}

/** The controller's HTTP side: logs a call, plays the scripted trouble, else asks the desk. */
class Counter {
  readonly log: ControllerLog;
  trouble: ControllerTrouble | null = null;
  readonly #desk: ControllerDesk;
  readonly #relayTimeoutMs: number;

  constructor(log: ControllerLog, desk: ControllerDesk, relayTimeoutMs: number) {
    this.log = log;
    this.#desk = desk;
    this.#relayTimeoutMs = relayTimeoutMs;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    try {
      const body = parseJson((await readBody(request)).toString('utf8'));
      this.log.add({ method, path, headers, body, at: Date.now() });
      if (this.trouble === 'hang') return;
      if (this.trouble === 'html')
        return sendText(response, 200, 'text/html', '<html><body>Welcome</body></html>');
      if (this.trouble === 'http500') throw new Error('scripted');
      if (method === 'POST' && path === STREAM) return await this.#relay(response, body);
      const { status, json } = await this.#desk.answer(method, path, body);
      sendText(response, status, 'application/json', JSON.stringify(json));
    } catch {
      // What FastChat's controller answers whenever a handler of its own raises.
      sendText(response, 500, 'text/plain; charset=utf-8', 'Internal Server Error');
    }
  }

  async #relay(response: ServerResponse, body: unknown): Promise<void> {
    try {
      const address = await this.#desk.addressFor(body);
      await relayGeneration(response, address, body, this.#relayTimeoutMs);
    } catch {
      // Without a model the real one fails after its headers: status 200, then a cut.
      response.writeHead(200);
      response.flushHeaders();
      response.destroy();
    }
  }
}

/** Starts a controller. @throws the system's error when the port is taken */
export async function startMiniController(
  options: MiniControllerOptions = {},
): Promise<MiniController> {
  const { host = '127.0.0.1', port = 0, expirationMs = 90_000 } = options;
  const { dispatchMethod = 'shortest_queue', random = Math.random } = options;
  const table = new WorkerTable(dispatchMethod, random);
  const log = new ControllerLog(options.logLimit ?? 10_000);
  const desk = new ControllerDesk(table, options.statusTimeoutMs ?? 5_000);
  const counter = new Counter(log, desk, options.relayTimeoutMs ?? 100_000);
  const listener = await listenHttp((request, response) => void counter.serve(request, response), {
    host,
    port,
  });
  const expiry = setInterval(() => table.expire(expirationMs), expirationMs);
  expiry.unref();
  return {
    url: listener.origin,
    workers: table.entries,
    log: log.calls,
    fail(trouble) {
      counter.trouble = trouble;
    },
    forget: (name) => table.entries.delete(name),
    waitForCall: (path, n = 1) => log.waitFor(path, n),
    close() {
      clearInterval(expiry);
      return listener.close();
    },
  };
}
