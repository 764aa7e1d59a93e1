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
import { gatewayRows } from './peers/gateways.mjs';
import { nginxRows } from './peers/nginx.mjs';
import { pythonRows } from './peers/python.mjs';
import { packedSizes } from './sizes.mjs';
import { SMALL } from './small-endpoints.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const peer = (name) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));

/** What the time between frames does not change. */
const SAME_AS_OURS = [
  ...['start-up', 'memory', 'embeddings'],
  ...SMALL.flatMap((endpoint) => [`small-${endpoint}`, `kept-${endpoint}`]),
];

/** The product, as it is built, with places enough for any load. */
function ourWorker(...flags) {
  return ({ port, upstream, flags: more }) => ({
    command: process.execPath,
    args: [
      process.env.BENCH_CLI ?? `${root}dist/cli.js`,
      ...['serve', '--no-register', '--port', String(port)],
      ...['--limit-worker-concurrency', '100000', '--queue-limit', '100000', ...flags, ...more],
    ],
    env: {
      ZHIPUAI_API_KEY: '0123456789abcdef.benchmark',
      ZHIPUAI_BASE_URL: glmAt(upstream),
      MODEL_NAMES: 'zhipu-api,embedding-3',
    },
  });
}

/**
 * `title` stands in tables, `short` in pictures. `callOf` makes the streamed call for a plan
 * `{events, period, hold}`. `start` says what to run, or is null for the row that asks the fake GLM
 * itself; `prepare` installs it and tells its `version` and the bytes `installed`. `quick` rows are in
 * the short run too. `rounds` is the most rounds a row takes part in, `without` what it is left out of.
 */
export const rows = [
  {
    name: 'direct',
    title: 'no process between (the load driver itself)',
    short: 'no process between',
    quick: false,
    rounds: 1,
    without: ['capacity'],
    callOf: openAiCall(`${GLM_PATH}/chat/completions`, 'glm-4'),
    embeddingCall: openAiEmbeddings(`${GLM_PATH}/embeddings`),
    start: null,
  },
  {
    name: 'pipe',
    title: 'bare Node pipe',
    short: 'Node pipe',
    inSummary: true,
    quick: true,
    callOf: openAiCall('/chat/completions', 'glm-4'),
    embeddingCall: openAiEmbeddings('/embeddings'),
    start: ({ port, upstream }) => ({
      command: process.execPath,
      args: [peer('pipe.mjs')],
      env: { PORT: port, UPSTREAM: glmAt(upstream) },
    }),
  },
  ...nginxRows,
  {
    name: 'ours',
    title: '**glm-worker**',
    short: 'glm-worker',
    inSummary: true,
    quick: true,
    prepare: async ({ home }) => packedSizes({ root, home }),
    form: 'worker',
    callOf: workerCall,
    embeddingCall: workerEmbeddings,
    start: ourWorker(),
  },
  {
    name: 'ours-each',
    title: 'glm-worker, a frame for each read (`--stream-interval 0`)',
    short: 'glm-worker, interval 0',
    quick: true,
    without: SAME_AS_OURS,
    form: 'worker',
    callOf: workerCall,
    embeddingCall: workerEmbeddings,
    start: ourWorker('--stream-interval', '0'),
  },
  {
    name: 'ours-openai',
    title: "glm-worker, OpenAI's form (`/v1`)",
    short: 'glm-worker /v1',
    inSummary: true,
    quick: true,
    without: ['start-up'],
    callOf: openAiCall('/v1/chat/completions', 'zhipu-api'),
    embeddingCall: openAiEmbeddings('/v1/embeddings'),
    start: ourWorker('--openai-api', 'on'),
  },
  {
    name: 'naive',
    title: 'naive Node worker',
    short: 'naive Node worker',
    quick: true,
    rounds: 2,
    without: ['capacity'],
    callOf: workerCall,
    start: ({ port, upstream }) => ({
      command: process.execPath,
      args: [peer('naive-worker.mjs')],
      env: { PORT: port, UPSTREAM: glmAt(upstream) },
    }),
  },
  ...pythonRows,
  ...gatewayRows,
];
