// A controller of the sandbox that ends with the test, and ports on which nobody listens.

import { createServer } from 'node:net';
import type { Test } from 'tap';
import {
  type MiniController,
  type MiniControllerOptions,
  startMiniController,
} from '../../src/sandbox/mini-controller.ts';

/** Starts a controller that ends with the test. */
export async function withController(
  t: Test,
  options: MiniControllerOptions = {},
): Promise<MiniController> {
  const controller = await startMiniController(options);
  t.teardown(() => controller.close());
  return controller;
}

/** A port of this machine that was free a moment ago. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = Object(server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}
