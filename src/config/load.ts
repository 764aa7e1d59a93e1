// Loads the worker's settings, and says of all that is wrong in plain lines.

import { endpointPathOf } from './addresses.ts';
import { findConflicts, findKeyConflicts, findKeyProblems } from './conflicts.ts';
import { loadModelsFile, type ModelsFileResult } from './models-file.ts';
import { openTelemetrysOf } from './open-telemetry.ts';
import { type Environment, readSettings, type SettingSources } from './read-settings.ts';
import { type SimpleSettings, settingList, settingsSchema } from './settings.ts';
import { type Settings, sliced } from './slices.ts';
import { lookAtTls } from './tls-settings.ts';
import { unknownNames } from './unknown-names.ts';

export type LoadResult =
  | { readonly ok: true; readonly settings: Settings }
  /** One line per problem, naming flag, variable and remedy; never a value, which may be secret. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** A setting that was given. */
export interface GivenSetting {
  /** As the code calls it. */
  readonly name: string;
  /** As it was typed; for a secret it is one. */
  readonly text: string;
  /** The flag or variable, and whether that stands in `.env`. */
  readonly origin: string;
}

export interface ExaminedSettings {
  /** Null when one of them cannot be used; problems of keys, and names that nobody reads, are no reason. */
  readonly settings: Settings | null;
  readonly given: readonly GivenSetting[];
  /** One line per problem, as `LoadResult` has them; those of keys apart. */
  readonly problems: readonly string[];
  readonly keyProblems: readonly string[];
}

/** Reads and checks all settings. */
export function loadSettings(sources: SettingSources): LoadResult {
  const { settings, problems, keyProblems } = examineSettings(sources);
  const all = [...problems, ...keyProblems];
  if (all.length > 0 || settings === null) return { ok: false, problems: all };
  return { ok: true, settings };
}

/** Reads all settings and says of each problem where it lies, with as much of the rest as can be used. */
export function examineSettings(sources: SettingSources): ExaminedSettings {
  const { values, texts, origins, problems } = readSettings(settingsSchema, sources);
  const file = loadModelsFile(values.modelsFile, variablesFrom(sources));
  const modelNamesGiven = texts.has('modelNames');
  const entries = file.ok ? file.entries : null;
  const names = unknownNames(sources, settingList, {
    given: new Set(texts.keys()),
    used: file.variables,
  });
  const checked = { settings: values, modelNamesGiven, entries };
  const tls = lookAtTls(values);
  const warnings = [...names.warnings, ...slipsIn(texts), ...tls.warnings];
  const rest = { warnings, openTelemetry: openTelemetrysOf(variablesFrom(sources)) };
  const complete = settingList.every(({ name }) => name in values);
  return {
    settings:
      complete && entries !== null
        ? // Every setting has passed its check.
          sliced(values as SimpleSettings, { modelNamesGiven, entries }, rest)
        : null,
    given: [...texts].map(([name, text]) => ({ name, text, origin: String(origins.get(name)) })),
    problems: [
      ...problems,
      ...names.problems,
      ...(file.ok ? [] : file.problems),
      ...findConflicts(checked),
      ...tls.problems,
    ],
    keyProblems: findKeyConflicts(checked),
  };
}

/** Reads MODELS_FILE again, for SIGHUP. */
export function reloadModels(
  { models: { modelsFile, auth } }: Settings,
  sources: SettingSources,
): ModelsFileResult {
  const result = loadModelsFile(modelsFile, variablesFrom(sources));
  if (!result.ok) return result;
  const problems = findKeyProblems(result.entries, auth);
  return problems.length > 0 ? { ok: false, problems } : result;
}

export type CallerKeysResult =
  | { readonly ok: true; readonly keys: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads API_KEYS_FILE again, for SIGHUP; variables are those of the start. Keys that are gone
 * altogether are a problem, since they would let everybody in.
 */
export function reloadCallerKeys({ env, dotenv }: SettingSources): CallerKeysResult {
  const schema = settingsSchema.pick({ callerKeys: true });
  const { values, problems } = readSettings(schema, { argv: [], env, dotenv });
  if (problems.length > 0) return { ok: false, problems };
  // Without a problem the setting is there.
  return { ok: true, keys: values.callerKeys as readonly string[] };
}

/** All variables; an empty one hides none of `.env`, as everywhere. */
function variablesFrom({ env, dotenv }: SettingSources): Environment {
  const given = Object.entries(env).filter(([, value]) => value);
  return { ...dotenv, ...Object.fromEntries(given) };
}

/** What was given in a form that is put right. */
function slipsIn(texts: ReadonlyMap<string, string>): string[] {
  const dropped = endpointPathOf(texts.get('baseUrl') ?? '');
  if (dropped === null) return [];
  return [
    `--base-url / ZHIPUAI_BASE_URL: ends in ${dropped}, which was dropped: give the base address alone`,
  ];
}
