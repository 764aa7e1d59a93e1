// Sets the demo's stage: sandbox or real GLM, an embedded controller, and the worker between them.

import type { DestinationStream } from 'pino';
import { type App, startApp } from '../../app/app.ts';
import { loadSettings } from '../../config/load.ts';
import type { Environment } from '../../config/read-settings.ts';
import { variablesOf } from '../../config/setting.ts';
import { settingList } from '../../config/settings.ts';
import {
  type MiniController,
  startMiniController,
} from '../../sandbox/controller/mini-controller.ts';
import { type FakeGlm, SANDBOX_KEY, startFakeGlm } from '../../sandbox/glm/fake-glm.ts';

/** The settings of the user that count with `--live`; the rest would fight the demo's own. */
const LIVE_VARIABLES: readonly string[] = [
  'ZHIPUAI_API_KEY',
  'ZHIPUAI_API_KEY_FILE',
  'ZAI_API_KEY',
  'ZHIPUAI_BASE_URL',
  'GLM_AUTH',
  'GLM_MODEL',
  'MODEL_NAMES',
];

/** Told at a reading pace, in Chinese and English. */
const ANSWER = {
  kind: 'chat',
  text:
    '你好！我是 GLM 的替身：一个在你自己机器上运行的沙箱，不需要密钥，也不花一分钱。' +
    'The words you see went the real way: a FastChat controller handed your question to the ' +
    'worker, the worker signed a token and streamed this answer back, frame by frame.',
  chunkChars: 2,
  firstDelayMs: 400,
  paceMs: 25,
} as const;

/** Without a text of its own the sandbox calls tools and tells what they have found. */
const UNSCRIPTED = { kind: 'chat', firstDelayMs: 400, paceMs: 25 } as const;

/** A model that chats, one that sees and one that embeds. */
const SANDBOX_MODELS = 'glm-4.6,glm-4.6v,embedding-3';

export interface StageOptions {
  /** The real GLM instead of the sandbox. */
  readonly live: boolean;
  /** Whether the sandbox tells what the demo is; else it answers what it is asked. */
  readonly isScripted: boolean;
  readonly env: Environment;
  readonly dotenv: Environment;
  readonly logLevel: string;
  readonly logs: DestinationStream;
}

export interface Stage {
  readonly app: App;
  readonly controller: MiniController;
  /** The GLM API behind the worker, and whether it is the sandbox. */
  readonly glm: string;
  readonly model: string;
  close(): Promise<void>;
}

export type StageResult =
  | { readonly ok: true; readonly stage: Stage }
  /** One line per wrong setting. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Starts all parts on free ports of this machine. */
export async function setStage(options: StageOptions): Promise<StageResult> {
  const controller = await startMiniController({});
  const scenario = options.isScripted ? ANSWER : UNSCRIPTED;
  const sandbox = options.live ? null : await startFakeGlm({ scenario });
  const closeOthers = () => Promise.all([controller.close(), sandbox?.close()]);
  const loaded = loadSettings({
    argv: [
      ...['--host=127.0.0.1', '--port=0', '--context-len=auto', `--log-level=${options.logLevel}`],
      `--controller-address=${controller.url}`,
      // Whoever ends the demo waits for nothing.
      '--drain-timeout=0',
    ],
    env: environment(options.env, sandbox),
    dotenv: environment(options.dotenv, sandbox),
  });
  if (!loaded.ok) {
    await closeOthers();
    return loaded;
  }
  // Whoever ends it does not wait for a collector either.
  const app = await startApp({ ...loaded.settings, openTelemetry: {} }, options.logs);
  const close = async () => {
    await app.stop();
    await closeOthers();
  };
  const { models } = loaded.settings;
  const [first = { name: '' }] = models.modelNames;
  return { ok: true, stage: { app, controller, glm: models.baseUrl, model: first.name, close } };
}

function environment(given: Environment, sandbox: FakeGlm | null): Environment {
  if (sandbox !== null) {
    return {
      ZHIPUAI_API_KEY: SANDBOX_KEY,
      ZHIPUAI_BASE_URL: sandbox.url,
      MODEL_NAMES: SANDBOX_MODELS,
    };
  }
  const settings = settingList.flatMap(({ facts }) => variablesOf(facts));
  const others = settings.filter((name) => !LIVE_VARIABLES.includes(name));
  // What is no setting stays: it may be a misspelt one.
  return Object.fromEntries(Object.entries(given).filter(([name]) => !others.includes(name)));
}
