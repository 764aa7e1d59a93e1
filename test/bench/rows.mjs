// Who is compared: how each program is started in front of the fake GLM, and in which form it is asked.

import { fileURLToPath } from 'node:url';
import {
  GLM_PATH,
  glmAt,
  openAiCall,
  openAiEmbeddings,
  workerCall,
  workerEmbeddings,
} from './calls.mjs';
import { pythonRows } from './peers/python.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const peer = (name) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));

/** The product, as it is built, with places enough for any load. */
function ourWorker(...flags) {
  return ({ port, upstream }) => ({
    command: process.execPath,
    args: [
      process.env.BENCH_CLI ?? `${root}dist/cli.js`,
      ...['serve', '--no-register', '--port', String(port)],
      ...['--limit-worker-concurrency', '100000', '--queue-limit', '100000', ...flags],
    ],
    env: {
      ZHIPUAI_API_KEY: '0123456789abcdef.benchmark',
      ZHIPUAI_BASE_URL: glmAt(upstream),
      MODEL_NAMES: 'zhipu-api,embedding-3',
    },
  });
}

/**
 * `callOf` makes the streamed call for a plan `{events, period, hold}`. `start` says what to run, or
 * is null for the row that asks the fake GLM itself. `quick` rows are in the short run too.
 */
export const rows = [
  {
    name: 'direct',
    title: 'no process between (the load driver itself)',
    quick: false,
    callOf: openAiCall(`${GLM_PATH}/chat/completions`, 'glm-4'),
    embeddingCall: openAiEmbeddings(`${GLM_PATH}/embeddings`),
    start: null,
  },
  {
    name: 'pipe',
    title: 'bare Node pipe',
    quick: true,
    callOf: openAiCall('/chat/completions', 'glm-4'),
    embeddingCall: openAiEmbeddings('/embeddings'),
    start: ({ port, upstream }) => ({
      command: process.execPath,
      args: [peer('pipe.mjs')],
      env: { PORT: port, UPSTREAM: glmAt(upstream) },
    }),
  },
  {
    name: 'ours',
    title: '**glm-worker**',
    quick: true,
    form: 'worker',
    callOf: workerCall,
    embeddingCall: workerEmbeddings,
    start: ourWorker(),
  },
  {
    name: 'ours-each',
    title: 'glm-worker, a frame for each read (`--stream-interval 0`)',
    quick: true,
    form: 'worker',
    callOf: workerCall,
    embeddingCall: workerEmbeddings,
    start: ourWorker('--stream-interval', '0'),
  },
  {
    name: 'naive',
    title: 'naive Node worker',
    quick: true,
    callOf: workerCall,
    start: ({ port, upstream }) => ({
      command: process.execPath,
      args: [peer('naive-worker.mjs')],
      env: { PORT: port, UPSTREAM: glmAt(upstream) },
    }),
  },
  ...pythonRows,
];
