// Plays one cell of the fault matrix: asks once, puts the outcome into words, and looks for remains.

import type { Test } from 'tap';
import { call, type Reply } from '../../support/http-call.ts';
import { HELLO, startWorker, type TestWorker } from '../../support/start-worker.ts';
import { PATHS, type PathName, told } from './told.ts';

const MODELS_FILE = new URL('./small-vectors.json', import.meta.url).pathname;

/** One more try where another one may help, and vectors that are short. */
const SETTINGS = {
  UPSTREAM_RETRIES: '1',
  MODEL_NAMES: 'zhipu-api,embedding-3',
  MODELS_FILE,
};

const BODIES: Readonly<Record<PathName, object>> = {
  stream: HELLO,
  whole: HELLO,
  embeddings: { model: 'embedding-3', input: ['one'] },
};

/** A worker with the settings of all cells. */
export function matrixWorker(t: Test, env: Readonly<Record<string, string>> = {}) {
  return startWorker(t, { ...SETTINGS, ...env });
}

/** Asks on a path of the worker. */
function ask({ post }: TestWorker, path: PathName): Promise<Reply> {
  return post(PATHS[path], BODIES[path]);
}

/**
 * Asks once and says what the caller was told; tries are those that the sandbox saw, or else those
 * of the log. Whether something is held is for {@link checkNothingHeld} to find, once for all.
 */
export async function playCell(worker: TestWorker, path: PathName): Promise<string> {
  const { glm, logs } = worker;
  const asked = glm.ledger.begun;
  const reply = await ask(worker, path);
  await glm.idle();
  const tries = glm.ledger.begun - asked || Number(logs.withMessage('failed').at(-1)?.['attempts']);
  return told(path, reply, tries);
}

/** No place is held, the sums of the sandbox agree, and the process answers. */
export async function checkNothingHeld(t: Test, { glm, queueLength, url }: TestWorker) {
  await glm.idle();
  const { begun, finished, cancelled, failed } = glm.ledger;
  const alive = await call(t, `${url}/healthz`, { method: 'GET' });
  const state = { held: await queueLength(), open: glm.inFlight, alive: alive.status };
  t.strictSame(
    { ...state, begun },
    { held: 0, open: 0, alive: 200, begun: finished + cancelled + failed },
  );
}

/** A worker that has seen trouble answers as if there had been none. */
export async function checkWellAgain(t: Test, worker: TestWorker, paths: readonly PathName[]) {
  worker.glm.setDefault({ kind: 'chat' });
  for (const path of paths) t.equal(await playCell(worker, path), 'complete, 1 try', path);
  await checkNothingHeld(t, worker);
}
