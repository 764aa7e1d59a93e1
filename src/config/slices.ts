// The settings by the part of the program that uses them, so that no part gets what it does not use.

import type { ModelEntry } from './models-file.ts';
import type { SettingName, SimpleSettings } from './settings.ts';

/** Which settings each part gets; what is secret stands apart from the rest. */
export const slices = {
  listen: ['host', 'port'],
  http: ['bodyLimit', 'allowedHosts', 'allowedOrigins', 'writeTimeoutMs', 'keepAliveMs'],
  fastchat: ['convTemplate', 'reasoning', 'errors'],
  controller: ['controllerAddress', 'workerAddress', 'noRegister', 'heartBeatMs'],
  worker: ['generationTimeoutMs', 'streamIntervalMs', 'drainTimeoutMs'],
  admission: ['concurrency', 'queueLimit', 'queueTimeoutMs', 'retries'],
  models: [
    ...(['modelNames', 'glmModel', 'modelsFile', 'contextLen', 'thinking'] as const),
    ...(['reasoningEffort', 'tokenCounter', 'baseUrl', 'auth', 'tokenTtlMs'] as const),
  ],
  upstream: [
    ...(['connectTimeoutMs', 'firstByteTimeoutMs', 'idleTimeoutMs'] as const),
    ...(['httpsProxy', 'httpProxy', 'noProxy'] as const),
  ],
  tls: ['ssl', 'sslKeyFile', 'sslCertFile'],
  features: ['openaiApi', 'metrics', 'statusPage', 'docs'],
  log: ['logLevel'],
  secrets: ['apiKeys', 'fenceSecret', 'callerKeys'],
} as const satisfies Readonly<Record<string, readonly SettingName[]>>;

type SliceName = keyof typeof slices;

type Slices = {
  readonly [Slice in SliceName]: Pick<SimpleSettings, (typeof slices)[Slice][number]>;
};

/** What only MODELS_FILE and the sources of the settings can tell. */
interface ModelSettings {
  /** Whether MODEL_NAMES was given, and so decides what of MODELS_FILE is served. */
  readonly modelNamesGiven: boolean;
  /** What MODELS_FILE holds; empty without one. */
  readonly entries: ReadonlyMap<string, ModelEntry>;
}

/** The settings as the rest of the program gets them. */
export interface Settings extends Slices, UncheckedSettings {
  readonly models: Slices['models'] & ModelSettings;
}

interface UncheckedSettings {
  /** What was put right or looks wrong without being so; one line each, for the log. */
  readonly warnings: readonly string[];
  /** OpenTelemetry's own variables, by name. */
  readonly openTelemetry: Readonly<Record<string, string>>;
}

/** Deals out the settings. */
export function sliced(
  settings: SimpleSettings,
  models: ModelSettings,
  rest: UncheckedSettings,
): Settings {
  const dealt = Object.entries(slices).map(([slice, names]) => [
    slice,
    Object.fromEntries(names.map((name: SettingName) => [name, settings[name]])),
  ]);
  // Each slice has just been filled with the settings that its type picks.
  const all = Object.fromEntries(dealt) as Slices;
  return { ...all, models: { ...all.models, ...models }, ...rest };
}
