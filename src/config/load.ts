// Gathers the settings from flags, environment and `.env`, and says in plain lines what is wrong.

import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { type SettingFacts, type Settings, settingList, settingsSchema } from './settings.ts';

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
      given[name] = flags.get(facts.flag ?? '') ?? readVariables(facts, sources);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (problems.length > 0) return { ok: false, problems };
  const result = settingsSchema.safeParse(given);
  if (!result.success) {
    return { ok: false, problems: result.error.issues.map((issue) => describe(issue)) };
  }
  const conflicts = findConflicts(result.data);
  if (conflicts.length > 0) return { ok: false, problems: conflicts };
  return { ok: true, settings: result.data };
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
    // Node's message names the flag; the rest of it explains a convention that is not ours.
    const message = error instanceof Error ? error.message : String(error);
    problems.push(`${message.split('. ')[0]} (see --help)`);
    return new Map();
  }
}

function readVariables(facts: SettingFacts, { env, dotenv }: SettingSources): string | undefined {
  for (const source of [env, dotenv]) {
    const value = source[facts.variable];
    if (value !== undefined && value !== '') return value;
    const file = facts.fileVariable === undefined ? undefined : source[facts.fileVariable];
    if (file !== undefined && file !== '') return readSecretFile(facts.fileVariable ?? '', file);
    const alias = facts.alias === undefined ? undefined : source[facts.alias];
    if (alias !== undefined && alias !== '') return alias;
  }
  return undefined;
}

function readSecretFile(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new Error(`${variable}: cannot read the file it names (${code})`);
  }
}

/** `--port / PORT` */
function nameOf({ flag, variable }: SettingFacts): string {
  return flag === undefined ? variable : `${flag} / ${variable}`;
}

function describe(issue: { readonly path: PropertyKey[]; readonly message: string }): string {
  const setting = settingList.find(({ name }) => name === issue.path[0]);
  return `${setting === undefined ? 'settings' : nameOf(setting.facts)}: ${issue.message}`;
}

/** `id.secret`: two parts of visible ASCII. */
const SIGNABLE_KEY = /^[\x21-\x2d\x2f-\x7e]+\.[\x21-\x2d\x2f-\x7e]+$/;
const BEARER_KEY = /^[\x21-\x7e]+$/;

/** What is wrong only in combination. */
function findConflicts({ host, workerAddress, noRegister, apiKeys, auth }: Settings): string[] {
  const conflicts: string[] = [];
  if (isWildcard(host) && workerAddress === '' && !noRegister) {
    conflicts.push(
      '--worker-address / WORKER_ADDRESS: must be given when HOST is a wildcard, since nobody can ' +
        'be sent to a wildcard: the URL under which the controller and its callers reach this ' +
        'worker, or auto',
    );
  }
  const form = auth === 'jwt' ? SIGNABLE_KEY : BEARER_KEY;
  if (!apiKeys.every((key) => form.test(key))) {
    conflicts.push(
      'ZHIPUAI_API_KEY: must be id.secret as shown on the API keys page, with exactly one dot ' +
        '(several keys: comma separated)',
    );
  }
  return conflicts;
}

function isWildcard(host: string): boolean {
  return isIP(host) !== 0 && /^[0:.]+$/.test(host);
}
