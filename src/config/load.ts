// Gathers the settings from flags, environment and `.env`, and says in plain lines what is wrong.

import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { loadModelsFile, type ModelsFileResult } from './models-file.ts';
import type { SettingFacts } from './setting.ts';
import { type Settings, settingList, settingsSchema } from './settings.ts';

/** Where settings come from; a flag wins over a variable, a variable over `.env`. */
export interface SettingSources {
  /** Flags only, without program and subcommand. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the file `.env` holds; empty without one. */
  readonly dotenv: Readonly<Record<string, string | undefined>>;
}

export type LoadResult =
  | { readonly ok: true; readonly settings: Settings }
  /** One line per problem, naming flag, variable and remedy; never a value, which may be secret. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads and checks all settings. */
export function loadSettings(sources: SettingSources): LoadResult {
  const given: Record<string, string | undefined> = {};
  const problems: string[] = [];
  const flags = readFlags(sources.argv, problems);
  for (const { name, facts } of settingList) {
    try {
      given[name] = flags.get(facts.flag ?? '') || readVariables(facts, sources);
    } catch (error) {
      // Only a secret's file can be unreadable, and its error is one of ours.
      problems.push((error as Error).message);
    }
  }
  if (problems.length > 0) return { ok: false, problems };
  const result = settingsSchema.safeParse(given);
  if (!result.success) {
    return { ok: false, problems: result.error.issues.map((issue) => describe(issue)) };
  }
  const file = loadModelsFile(result.data.modelsFile, variablesOf(sources));
  if (!file.ok) return file;
  const modelNamesGiven = given['modelNames'] !== undefined;
  const settings = { ...result.data, modelNamesGiven, models: file.entries };
  const conflicts = findConflicts(settings);
  return conflicts.length > 0 ? { ok: false, problems: conflicts } : { ok: true, settings };
}

/** Reads MODELS_FILE again, for SIGHUP. */
export function reloadModels(
  { modelsFile, auth }: Settings,
  sources: SettingSources,
): ModelsFileResult {
  const result = loadModelsFile(modelsFile, variablesOf(sources));
  if (!result.ok) return result;
  const problems = findKeyProblems(result.entries, auth);
  return problems.length > 0 ? { ok: false, problems } : result;
}

/** All variables; an empty one hides none of `.env`, as everywhere. */
function variablesOf({ env, dotenv }: SettingSources): SettingSources['env'] {
  const given = Object.entries(env).filter(([, value]) => value);
  return { ...dotenv, ...Object.fromEntries(given) };
}

/** The flags that were given, by their name with dashes. */
function readFlags(argv: readonly string[], problems: string[]): ReadonlyMap<string, string> {
  const options = Object.fromEntries(
    settingList.flatMap(({ facts }) => {
      if (facts.flag === undefined) return [];
      const type = facts.placeholder === undefined ? ('boolean' as const) : ('string' as const);
      return [[facts.flag.slice(2), { type }]];
    }),
  );
  try {
    const { values } = parseArgs({ args: [...argv], options, strict: true });
    return new Map(Object.entries(values).map(([name, value]) => [`--${name}`, String(value)]));
  } catch (error) {
    // parseArgs throws nothing but errors with a code.
    problems.push(`${describeMisuse(error as NodeJS.ErrnoException)} (see --help)`);
    return new Map();
  }
}

function describeMisuse({ code, message }: NodeJS.ErrnoException): string {
  // A word without a flag may be a key in the wrong place, so it is not repeated.
  if (code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL') return 'every value needs its flag in front';
  // Node's first sentence names the flag; the rest explains a convention that is not ours.
  return message.replace(/\.\s.*/s, '');
}

function readVariables(facts: SettingFacts, { env, dotenv }: SettingSources): string | undefined {
  const { variable, fileVariable = '', alias = '' } = facts;
  for (const source of [env, dotenv]) {
    const file = source[fileVariable];
    const value = source[variable] || (file && readSecretFile(fileVariable, file)) || source[alias];
    if (value) return value;
  }
  return undefined;
}

function readSecretFile(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    // The file system throws nothing but errors with a code.
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`${variable}: cannot read the file it names (${code})`);
  }
}

/** `--port / PORT` */
function nameOf({ flag, variable }: SettingFacts): string {
  return flag === undefined ? variable : `${flag} / ${variable}`;
}

function describe(issue: { readonly path: PropertyKey[]; readonly message: string }): string {
  const settings = settingList.filter(({ name }) => name === issue.path[0]);
  return `${settings.map(({ facts }) => nameOf(facts)).join()}: ${issue.message}`;
}

/** `id.secret`: two parts of visible ASCII. */
const SIGNABLE_KEY = /^[\x21-\x2d\x2f-\x7e]+\.[\x21-\x2d\x2f-\x7e]+$/;
const BEARER_KEY = /^[\x21-\x7e]+$/;

const KEY_FORM =
  'must be id.secret as shown on the API keys page, with exactly one dot (several keys: comma ' +
  'separated)';

/** What is wrong only in combination. */
function findConflicts(settings: Settings): string[] {
  const { host, workerAddress, noRegister, apiKeys, auth, models } = settings;
  const conflicts: string[] = [];
  if (isWildcard(host) && workerAddress === '' && !noRegister) {
    conflicts.push(
      '--worker-address / WORKER_ADDRESS: must be given when HOST is a wildcard, since nobody can ' +
        'be sent to a wildcard: the URL under which the controller and its callers reach this ' +
        'worker, or auto',
    );
  }
  if (apiKeys.length === 0 && !everyModelHasItsKey(settings)) {
    conflicts.push(
      'ZHIPUAI_API_KEY: is required: the key as shown on the API keys page, id.secret',
    );
  }
  if (!apiKeys.every((key) => hasKeyForm(key, auth)))
    conflicts.push(`ZHIPUAI_API_KEY: ${KEY_FORM}`);
  return [...conflicts, ...findKeyProblems(models, auth)];
}

function everyModelHasItsKey({ modelNames, modelNamesGiven, models }: Settings): boolean {
  const served = modelNamesGiven || models.size === 0 ? modelNames : [];
  const entries = served.length > 0 ? served.map(({ name }) => models.get(name)) : models.values();
  return [...entries].every((entry) => entry?.apiKeys !== undefined);
}

function findKeyProblems(models: Settings['models'], auth: Settings['auth']): string[] {
  return [...models]
    .filter(([, { apiKeys = [] }]) => !apiKeys.every((key) => hasKeyForm(key, auth)))
    .map(([name]) => `MODELS_FILE: ${name}.api_key: what its variable holds ${KEY_FORM}`);
}

function hasKeyForm(key: string, auth: Settings['auth']): boolean {
  return (auth === 'jwt' ? SIGNABLE_KEY : BEARER_KEY).test(key);
}

function isWildcard(host: string): boolean {
  return isIP(host) !== 0 && /^[0:.]+$/.test(host);
}
