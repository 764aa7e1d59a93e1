// The calls of the benchmark: one conversation, one list of texts, in the forms that peers are asked in.

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

/** A streamed chat in the worker protocol, as FastChat's API server asks. */
export function workerCall(plan) {
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

/** The same chat in OpenAI's form; gives the call for a plan `{events, period, hold}`. */
export function openAiCall(path, model, headers = {}) {
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

/** Embeddings in the worker protocol. */
export const workerEmbeddings = {
  path: '/worker_get_embeddings',
  body: { model: 'embedding-3', input: TEXTS, encoding_format: null },
};

/** The same embeddings in OpenAI's form. */
export function openAiEmbeddings(path) {
  const headers = { authorization: 'Bearer 0123456789abcdef.benchmark' };
  const body = { model: 'embedding-3', input: TEXTS, encoding_format: 'float' };
  return { path, headers, body };
}

export const GLM_PATH = '/api/paas/v4';

/** The base URL of the fake GLM that listens on `port`. */
export const glmAt = (port) => `http://127.0.0.1:${port}${GLM_PATH}`;
