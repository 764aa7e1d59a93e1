// The whole worker on a free port, with the sandbox as its GLM and its log lines at hand.

import type { Test } from 'tap';
import { type App, startApp } from '../../src/app/app.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { Settings } from '../../src/config/slices.ts';
import {
  type FakeGlm,
  type FakeGlmOptions,
  SANDBOX_KEY,
  startFakeGlm,
} from '../../src/sandbox/glm/fake-glm.ts';
import { call, json, type Reply, type Running, start } from './http-call.ts';
import { createLogSink, type LogSink } from './log-sink.ts';

/** A running worker. */
export interface TestWorker {
  readonly app: App;
  readonly url: string;
  readonly glm: FakeGlm;
  readonly logs: LogSink;
  /** POSTs to a path of the worker and waits for the end of the reply. */
  post(path: string, body?: unknown): Promise<Reply>;
  /** Begins a streamed chat; `more` wins over the fields of the default body. */
  stream(more?: Readonly<Record<string, unknown>>): Running;
  /** Running and waiting work, as `/worker_get_status` tells it. */
  queueLength(): Promise<unknown>;
}

/** What FastChat makes of one user message and the default template. */
export function promptOf(...turns: readonly string[]): string {
  const written = turns.map((turn, index) => `${index % 2 ? 'assistant' : 'user'}: ${turn}\n###`);
  return `你是智谱AI小助手，请根据用户的提示来完成任务\n###${written.join('')}assistant:`;
}

/** A request as FastChat's API server sends it. */
export const HELLO = {
  model: 'zhipu-api',
  prompt: promptOf('你好'),
  temperature: 0.7,
  top_p: 1,
  top_k: -1,
  presence_penalty: 0,
  frequency_penalty: 0,
  max_new_tokens: 1000,
  stop: ['###'],
  stop_token_ids: null,
  echo: false,
  logprobs: null,
};

/** Settings from variables, as the worker would read them. */
export function settingsFrom(env: Readonly<Record<string, string>>): Settings {
  const loaded = loadSettings({ argv: [], env, dotenv: {} });
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  return loaded.settings;
}

/** Starts a worker that ends with the test; without a controller unless `NO_REGISTER` is false. */
export async function startWorker(
  t: Test,
  env: Readonly<Record<string, string>> = {},
  glmOptions: FakeGlmOptions = {},
): Promise<TestWorker> {
  const glm = await startFakeGlm(glmOptions);
  t.teardown(() => glm.close());
  const logs = createLogSink();
  const settings = settingsFrom({
    PORT: '0',
    NO_REGISTER: 'true',
    ZHIPUAI_API_KEY: SANDBOX_KEY,
    ZHIPUAI_BASE_URL: glm.url,
    DRAIN_TIMEOUT: '0',
    STREAM_INTERVAL: '0',
    LOG_LEVEL: 'debug',
    ...env,
  });
  const app = await startApp(settings, logs);
  t.teardown(() => app.stop());
  const { url } = app;
  const post = (path: string, body?: unknown) => call(t, url + path, { body });
  return {
    app,
    url,
    glm,
    logs,
    post,
    stream: (more) => start(t, `${url}/worker_generate_stream`, { body: { ...HELLO, ...more } }),
    queueLength: async () => json(await post('/worker_get_status'))['queue_length'],
  };
}
