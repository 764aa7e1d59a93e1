// Whole workers in this process, and a GLM whose answers vary, for figures taken over real sockets.

import { createWriteStream } from 'node:fs';
import { devNull } from 'node:os';
import { startApp } from '../../dist/app/app.js';
import { loadSettings } from '../../dist/config/load.js';
import { SANDBOX_KEY } from '../../dist/sandbox/glm/fake-glm.js';

const VARY_MS = 10;
const logs = createWriteStream(devNull);

/** A worker without a controller. `concurrency` is a number or `auto`. */
export function startWorker(glmUrl, concurrency) {
  const env = {
    PORT: '0',
    NO_REGISTER: 'true',
    ZHIPUAI_API_KEY: SANDBOX_KEY,
    ZHIPUAI_BASE_URL: glmUrl,
    LIMIT_WORKER_CONCURRENCY: String(concurrency),
    QUEUE_TIMEOUT: '3600',
    DRAIN_TIMEOUT: '0',
    LOG_LEVEL: 'fatal',
  };
  const loaded = loadSettings({ argv: [], env, dotenv: {} });
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  return startApp(loaded.settings, logs);
}

/** Lets answers of `glm` take half to twice `answerMs`, as those of real calls do; ends with the result. */
export function varyAnswers(glm, answerMs) {
  const draw = () => {
    const firstDelayMs = Math.round(answerMs * 2 ** (2 * Math.random() - 1));
    glm.setDefault({ kind: 'chat', text: 'Hello!', chunkChars: 6, firstDelayMs });
  };
  draw();
  const timer = setInterval(draw, VARY_MS);
  return () => clearInterval(timer);
}
