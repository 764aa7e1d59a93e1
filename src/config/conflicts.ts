// What is wrong with settings only in combination.

import { isWildcard } from './addresses.ts';
import { type KeyUse, problemOfKeys } from './keys.ts';
import type { ModelEntry } from './models-file.ts';
import type { SimpleSettings } from './settings.ts';

/** The settings that passed their own checks, as far as they did. */
export interface Checked {
  readonly settings: Partial<SimpleSettings>;
  readonly modelNamesGiven: boolean;
  /** Null when MODELS_FILE has problems of its own. */
  readonly entries: ReadonlyMap<string, ModelEntry> | null;
}

/** One line per problem, with the remedy; those of keys aside. */
export function findConflicts({ settings }: Checked): string[] {
  return [...unreachable(settings), ...unguarded(settings)];
}

/** The same for the keys, wherever they were given. */
export function findKeyConflicts(checked: Checked): string[] {
  const { apiKeys, auth = 'bearer' } = checked.settings;
  const problem = apiKeys === undefined ? null : problemOfKeys(apiKeys, auth);
  return [
    ...(lacksKey(checked)
      ? ['ZHIPUAI_API_KEY: is required: the key as shown on the API keys page, id.secret']
      : []),
    ...(problem === null ? [] : [`ZHIPUAI_API_KEY: ${problem}`]),
    ...findKeyProblems(checked.entries ?? new Map(), auth),
  ];
}

/** What is wrong with the keys of MODELS_FILE. */
export function findKeyProblems(models: ReadonlyMap<string, ModelEntry>, use: KeyUse): string[] {
  return [...models].flatMap(([name, { apiKeys = [] }]) => {
    const problem = problemOfKeys(apiKeys, use);
    return problem === null
      ? []
      : [`--models-file / MODELS_FILE: ${name}.api_key: what its variable holds ${problem}`];
  });
}

function unreachable({ host, workerAddress, noRegister }: Partial<SimpleSettings>): string[] {
  if (host === undefined || !isWildcard(host) || workerAddress !== '' || noRegister === true) {
    return [];
  }
  return [
    '--worker-address / WORKER_ADDRESS: must be given when HOST is a wildcard, since nobody can ' +
      'be sent to a wildcard: the URL under which the controller and its callers reach this ' +
      'worker, or auto',
  ];
}

/** Whatever page a browser shows could spend the key of a worker that it reaches. */
function unguarded({ allowedOrigins = [], callerKeys }: Partial<SimpleSettings>): string[] {
  if (allowedOrigins.length === 0 || callerKeys?.length !== 0) return [];
  return ['ALLOWED_ORIGINS: needs API_KEYS, so that not every user of such a page may call'];
}

function lacksKey({ settings, modelNamesGiven, entries }: Checked): boolean {
  const { apiKeys, modelNames = [] } = settings;
  if (apiKeys?.length !== 0 || entries === null) return false;
  const fromFile = entries.size > 0 && !modelNamesGiven;
  const served = fromFile ? [...entries.values()] : modelNames.map(({ name }) => entries.get(name));
  // Names that are wrong themselves tell nothing of keys.
  return served.length === 0 || served.some((entry) => entry?.apiKeys === undefined);
}
