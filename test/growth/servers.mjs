// The servers that are measured, as a deployment has them: FastChat's two, one worker, a sandbox for GLM.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, listening, startProcess } from '../bench/children.mjs';
import { fastChatEnvironment } from '../conformance/environment.mjs';

const project = fileURLToPath(new URL('../..', import.meta.url));
const cli = join(project, 'dist', 'cli.js');

/** Makes FastChat's environment, the one of `npm run test:fastchat`, and a folder for the logs. */
export async function prepare(say) {
  const logs = join(project, '.fastchat', 'growth');
  mkdirSync(logs, { recursive: true });
  return { logs, python: await fastChatEnvironment({ say }) };
}

/** Starts a program and gives its process and address once it listens. */
async function start({ logs }, { name, command, args, env, port }) {
  const child = startProcess({ command, args, env, log: join(logs, `${name}.log`) });
  await listening(child, port);
  return { child, port, url: `http://127.0.0.1:${port}` };
}

/** Starts `fastchat.serve.MODULE`. An empty LOGDIR keeps it from writing a log file of its own. */
export async function startFastChat(place, module, flags = []) {
  const port = await freePort();
  const where = ['--host', '127.0.0.1', '--port', String(port)];
  const args = ['-m', `fastchat.serve.${module}`, ...where, ...flags];
  const env = { LOGDIR: '' };
  return start(place, { name: module, command: place.python, args, env, port });
}

/** Starts our command `name` on a free port that it is told by `flag`. */
async function startOurs(place, name, flag, env = {}) {
  const port = await freePort();
  const args = [cli, name, flag, String(port)];
  return start(place, { name, command: process.execPath, args, env, port });
}

/** The chat model that the worker registers. */
export const MODEL = 'zhipu-api';

export function startWorker(place, { controller, glm }) {
  return startOurs(place, 'serve', '--port', {
    CONTROLLER_ADDRESS: controller.url,
    ZHIPUAI_API_KEY: 'sandbox.local-demo-secret',
    ZHIPUAI_BASE_URL: `${glm.url}/api/paas/v4`,
    MODEL_NAMES: MODEL,
    CONTEXT_LEN: 'auto',
    LIMIT_WORKER_CONCURRENCY: '100',
  });
}

/** Starts the sandbox; its `answer` says how every chat is answered from then on. */
export async function startSandbox(place) {
  const glm = await startOurs(place, 'sandbox', '--glm-port');
  const answer = (scenario) =>
    fetch(`${glm.url}/sandbox/default`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'chat', ...scenario }),
    });
  return { ...glm, answer };
}
