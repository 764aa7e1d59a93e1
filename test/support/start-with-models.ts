// The whole worker with a MODELS_FILE that a test can change, as an operator would before SIGHUP.

import { writeFileSync } from 'node:fs';
import type { Test } from 'tap';
import { type App, startApp } from '../../src/app/app.ts';
import { loadSettings, reloadModels } from '../../src/config/load.ts';
import { type FakeGlm, type FakeGlmOptions, startFakeGlm } from '../../src/sandbox/glm/fake-glm.ts';
import type { FrameJson } from './frames.ts';
import { call, json, type Running, start } from './http-call.ts';
import { createLogSink, type LogSink } from './log-sink.ts';
import { HELLO } from './start-worker.ts';

type Env = Readonly<Record<string, string>>;

/** A running worker whose models come from a file. */
export interface ModelsWorker {
  readonly app: App;
  readonly glm: FakeGlm;
  readonly logs: LogSink;
  /** Where the file is. */
  readonly file: string;
  /** Writes the file anew and has it read again; text is written as it is. */
  reload(content: unknown): void;
  /** The names that the worker tells the controller. */
  names(): Promise<unknown>;
  /** The JSON reply to a POST. */
  ask(path: string, body: object): Promise<FrameJson>;
  /** The last frame of a chat with the model. */
  chat(model: string, more?: object): Promise<FrameJson>;
  /** Begins a streamed chat with the model. */
  stream(model: string): Running;
}

/** Keys that the sandbox of {@link startWithModels} takes, next to its own. */
export const KEYS = { common: 'common.secret-of-all', own: 'own.secret-of-one' } as const;

/** Starts a worker that ends with the test; `OWN_KEY` holds a key of its own for one model. */
export async function startWithModels(
  t: Test,
  content: object,
  env: Env = {},
  glmOptions: FakeGlmOptions = {},
): Promise<ModelsWorker> {
  const glm = await startFakeGlm({ keys: Object.values(KEYS), ...glmOptions });
  t.teardown(() => glm.close());
  const path = `${t.testdir({ 'models.json': JSON.stringify(content) })}/models.json`;
  const sources = {
    argv: ['--models-file', path, '--port', '0', '--base-url', glm.url],
    env: {
      NO_REGISTER: 'true',
      ZHIPUAI_API_KEY: KEYS.common,
      OWN_KEY: KEYS.own,
      DRAIN_TIMEOUT: '0',
      STREAM_INTERVAL: '0',
      LOG_LEVEL: 'trace',
      ...env,
    },
    dotenv: {},
  };
  const loaded = loadSettings(sources);
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  const logs = createLogSink();
  const app = await startApp(loaded.settings, logs, () => reloadModels(loaded.settings, sources));
  t.teardown(() => app.stop());
  const ask = async (path: string, body: object) => json(await call(t, app.url + path, { body }));
  return {
    app,
    glm,
    logs,
    file: path,
    ask,
    reload(content) {
      writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
      app.reload();
    },
    names: async () => (await ask('/worker_get_status', {}))['model_names'],
    chat: (model, more) => ask('/worker_generate', { ...HELLO, model, ...more }),
    stream: (model) => start(t, `${app.url}/worker_generate_stream`, { body: { ...HELLO, model } }),
  };
}
