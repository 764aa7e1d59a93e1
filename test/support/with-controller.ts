// A controller of the sandbox that ends with the test.

import type { Test } from 'tap';
import {
  type MiniController,
  type MiniControllerOptions,
  startMiniController,
} from '../../src/sandbox/controller/mini-controller.ts';

/** Starts a controller that ends with the test. */
export async function withController(
  t: Test,
  options: MiniControllerOptions = {},
): Promise<MiniController> {
  const controller = await startMiniController(options);
  t.teardown(() => controller.close());
  return controller;
}
