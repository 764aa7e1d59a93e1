// Shortcuts for tests of the embedded controller: start one, call it, and play workers for it.
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';
import {
  type MiniController,
  type MiniControllerOptions,
  startMiniController,
} from '../../../src/sandbox/controller/mini-controller.ts';
import { send } from './http-client.ts';

/** The report of a worker that is free. */
export const STATUS = { model_names: ['zhipu-api'], speed: 1, queue_length: 0 };
/** The name of a worker that nobody calls. */
export const A = 'http://127.0.0.1:21002';
/** The name of another. */
export const B = 'http://127.0.0.1:21003';
/** What a Python exception looks like from outside. */
export const FAILED = [500, 'Internal Server Error'];

/** A controller that ends with the test. */
export async function withController(
  t: Test,
  options?: MiniControllerOptions,
): Promise<MiniController> {
  const controller = await startMiniController(options);
  t.teardown(() => controller.close());
  return controller;
}

/** A worker that answers as told; its address may carry credentials (`user:password@`). */
export async function withWorker(t: Test, listener: RequestListener, user = ''): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  // Listening on a TCP port, so the address is an AddressInfo.
  return `http://${user}127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Status and parsed reply of a call; the reply of a 500 is text. */
export async function post(controller: MiniController, path: string, body?: unknown) {
  const text = body === undefined ? '' : JSON.stringify(body);
  const seen = await send(`${controller.url}/${path}`, { body: text });
  const reply = seen.body.toString();
  return [seen.status, seen.status === 500 ? reply : JSON.parse(reply)];
}

/** Registers a free worker, with other fields if given. */
export function register(controller: MiniController, worker_name: string, more: object = {}) {
  const body = { worker_name, check_heart_beat: true, worker_status: STATUS, multimodal: false };
  return post(controller, 'register_worker', { ...body, ...more });
}

/** Answers every call with this text or JSON. */
export function replying(value: unknown, status = 200): RequestListener {
  return (_request, response) => {
    response.writeHead(status);
    response.end(typeof value === 'string' ? value : JSON.stringify(value));
  };
}
