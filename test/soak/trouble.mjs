// What goes wrong around the worker: controllers that fail and restart, and models that are reloaded.

import { startMiniController } from '../../dist/sandbox/controller/mini-controller.js';
import { modelsFile } from './worker-process.mjs';

/** Longest time between two acts of trouble, in milliseconds. */
const REST_MS = 8000;

/** A controller that can be taken away and put back at the same address. */
export class ControllerHost {
  url = '';
  #port = 0;
  #running = null;

  async start() {
    this.#running = await startMiniController({ port: this.#port, logLimit: 100 });
    this.url = this.#running.url;
    this.#port = Number(new URL(this.url).port);
  }

  async close() {
    await this.#running?.close();
    this.#running = null;
  }

  async restart() {
    await this.close();
    await this.start();
  }

  fail(trouble) {
    this.#running?.fail(trouble);
  }

  forgetAll() {
    for (const name of this.#running?.workers.keys() ?? []) this.#running.forget(name);
  }
}

const ACTS = [
  [3, ({ controllers }) => controllers.restart()],
  [2, ({ controllers }) => controllers.forgetAll()],
  [1, ({ controllers }) => controllers.fail('http500')],
  [1, ({ controllers }) => controllers.fail('html')],
  [1, ({ controllers }) => controllers.fail('hang')],
  [3, ({ controllers }) => controllers.fail(null)],
  [3, ({ worker, random }) => worker.reload(modelsFile(4096 + random.below(4096)))],
  [1, ({ worker }) => worker.reload('{"zhipu-api": {"context_len": "wrong"}}')],
];

/** Does one of these now and then. */
export function startTrouble(parts) {
  let timer;
  let stopped = false;
  const next = () => {
    if (stopped) return;
    timer = setTimeout(async () => {
      await parts.random.weighted(ACTS)(parts);
      next();
    }, parts.random.below(REST_MS));
  };
  next();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
