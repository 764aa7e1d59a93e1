// Who is compared: how each program is started in front of the fake GLM, and in which form it is asked.

import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const peer = (name) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));

const SYSTEM = '你是智谱AI小助手，请根据用户的提示来完成任务';
const TURNS = [
  ['user', '请用三句话说明什么是流式输出，and name one thing that makes it slow.'],
  ['assistant', '流式输出把答案一段一段地发给读者。It is slow when each piece costs much.\n### 完'],
  ['user', '那么一次回答有四千个词的时候呢？请给出计算过程，用 Markdown 写。'],
];

/** The question of every measure; what follows the last colon says how the fake GLM answers. */
function turnsOf({ events, period, hold = false }) {
  return [
    ...TURNS.slice(0, -1),
    ['user', `${TURNS.at(-1)[1]} bench:${events}:${period}:${hold ? 1 : 0}`],
  ];
}

function workerCall(plan) {
  const written = turnsOf(plan).map(([role, text]) => `${role}: ${text}\n###`);
  return {
    path: '/worker_generate_stream',
    body: {
      model: 'zhipu-api',
      prompt: `${SYSTEM}\n###${written.join('')}assistant:`,
      temperature: 0.7,
      top_p: 1,
      top_k: -1,
      presence_penalty: 0,
      frequency_penalty: 0,
      max_new_tokens: 4000,
      stop: ['###'],
      stop_token_ids: null,
      echo: false,
      logprobs: null,
    },
  };
}

function openAiCall(path, model, headers = {}) {
  return (plan) => ({
    path,
    headers: { authorization: 'Bearer 0123456789abcdef.benchmark', ...headers },
    body: {
      model,
      stream: true,
      temperature: 0.7,
      top_p: 1,
      max_tokens: 4000,
      messages: [['system', SYSTEM], ...turnsOf(plan)].map(([role, content]) => ({
        role,
        content,
      })),
    },
  });
}

/** 64 texts, which is the most that GLM takes at once. */
const TEXTS = Array.from({ length: 64 }, (_, index) => `第 ${index} 段文字 for the embedding`);

const workerEmbeddings = {
  path: '/worker_get_embeddings',
  body: { model: 'embedding-3', input: TEXTS, encoding_format: null },
};

function openAiEmbeddings(path) {
  const headers = { authorization: 'Bearer 0123456789abcdef.benchmark' };
  const body = { model: 'embedding-3', input: TEXTS, encoding_format: 'float' };
  return { path, headers, body };
}

const GLM_PATH = '/api/paas/v4';
const glmAt = (port) => `http://127.0.0.1:${port}${GLM_PATH}`;

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
];
