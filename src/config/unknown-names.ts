// Finds variables that nobody reads: misspelt settings in the environment, stray lines of `.env`.

import { misspelling } from './nearest.ts';
import { isOpenTelemetrys } from './open-telemetry.ts';
import type { SettingSources } from './read-settings.ts';
import { type Listed, variablesOf } from './setting.ts';

/** Shorter names are a letter away from too much that others put into an environment. */
const SHORTEST_IN_ENVIRONMENT = 8;

/** Variables of other programs that look like one of ours. */
const OTHERS = [
  ...['FTP_PROXY', 'ALL_PROXY', 'XAI_API_KEY', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ...['OPENAI_API_KEY', 'OPENAI_API_BASE', 'OPENAI_API_TYPE', 'OPENAI_API_HOST'],
];

/** What cannot be a secret, and so may be repeated. */
const HARMLESS = /^[A-Z_][A-Z0-9_]{0,60}$/i;

export interface UnknownNames {
  /** Names that are almost those of a setting which was not given. */
  readonly problems: readonly string[];
  /** Further names in `.env`. */
  readonly warnings: readonly string[];
}

/**
 * @param given names of the settings that have a value: what looks like them is somebody else's
 * @param used further variables that are read, such as those that MODELS_FILE names
 */
export function unknownNames(
  { env, dotenv }: SettingSources,
  list: readonly Listed[],
  { given, used }: { readonly given: ReadonlySet<string>; readonly used: readonly string[] },
): UnknownNames {
  const known = new Set([...list.flatMap(({ facts }) => variablesOf(facts)), ...used, ...OTHERS]);
  const missing = list.filter(({ name, facts }) => !given.has(name) && !isProxy(facts.variable));
  const names = missing.flatMap(({ facts }) => variablesOf(facts));
  const long = names.filter((name) => name.length >= SHORTEST_IN_ENVIRONMENT);
  const unknown = (some: object) =>
    Object.keys(some).filter(
      (name) => !known.has(name) && !isOpenTelemetrys(name) && HARMLESS.test(name),
    );
  const almost = (from: string, some: object, ours: readonly string[]) =>
    unknown(some).flatMap((name) => {
      const meant = misspelling(name, ours);
      return meant === undefined ? [] : [`${from}${name}: is no setting, did you mean ${meant}?`];
    });
  const others = unknown(dotenv).filter((name) => misspelling(name, names) === undefined);
  return {
    problems: [...almost('', env, long), ...almost('.env: ', dotenv, names)],
    warnings: others.map((name) => `.env: ${name}: is no setting, and nothing reads it`),
  };
}

/** Every program has its own idea of further variables for proxies. */
function isProxy(variable = ''): boolean {
  return variable.endsWith('_PROXY');
}
