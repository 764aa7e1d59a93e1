// Loads the worker's settings, and says of all that is wrong in plain lines.

import { endpointPathOf } from './addresses.ts';
import { findConflicts, findKeyProblems } from './conflicts.ts';
import { loadModelsFile, type ModelsFileResult } from './models-file.ts';
import { type Environment, readSettings, type SettingSources } from './read-settings.ts';
import { type SimpleSettings, settingList, settingsSchema } from './settings.ts';
import { type Settings, sliced } from './slices.ts';
import { lookAtTls } from './tls-settings.ts';
import { unknownNames } from './unknown-names.ts';

export type LoadResult =
  | { readonly ok: true; readonly settings: Settings }
  /** One line per problem, naming flag, variable and remedy; never a value, which may be secret. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads and checks all settings. */
export function loadSettings(sources: SettingSources): LoadResult {
  const { values, texts, problems } = readSettings(settingsSchema, sources);
  const file = loadModelsFile(values.modelsFile, variablesFrom(sources));
  const modelNamesGiven = texts.has('modelNames');
  const entries = file.ok ? file.entries : null;
  const names = unknownNames(sources, settingList, {
    given: new Set(texts.keys()),
    used: file.variables,
  });
  const tls = lookAtTls(values);
  const all = [
    ...problems,
    ...names.problems,
    ...(file.ok ? [] : file.problems),
    ...findConflicts({ settings: values, modelNamesGiven, entries }),
    ...tls.problems,
  ];
  if (all.length > 0 || entries === null) return { ok: false, problems: all };
  const warnings = [...names.warnings, ...slipsIn(texts), ...tls.warnings];
  // Without a problem every setting is there.
  const settings = values as SimpleSettings;
  return { ok: true, settings: sliced(settings, { modelNamesGiven, entries }, warnings) };
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
