// Who may call: what the guards of the server take from the settings, at the start and from then on.

import type { Logger } from 'pino';
import type { CallerKeysResult } from '../config/load.ts';
import type { Settings } from '../config/slices.ts';
import type { AccessOptions } from '../http/access.ts';
import { isLoopback } from '../http/browsers.ts';
import { KnownSecrets } from '../http/credentials.ts';
import type { Redactor } from '../telemetry/redactor.ts';
import { credentialsOf, hostOf } from './addresses.ts';

/** What the guards ask for. */
export function accessOf({ listen, http, controller, secrets }: Settings): AccessOptions {
  const { workerAddress } = controller;
  const { allowedHosts, allowedOrigins } = http;
  return {
    ...{ host: listen.host, advertisedHost: hostOf(workerAddress), allowedHosts, allowedOrigins },
    credentials: credentialsOf(workerAddress),
    callerKeys: new KnownSecrets(secrets.callerKeys),
  };
}

/** The variables by which the features are switched on. */
const SWITCHES = {
  openaiApi: 'OPENAI_API',
  metrics: 'METRICS',
  statusPage: 'STATUS_PAGE',
  docs: 'DOCS',
} as const satisfies Record<keyof Settings['features'], string>;

const GUARD_THEM =
  'set API_KEYS for OPENAI_API, user:password@ in WORKER_ADDRESS for any; leave them at auto; or ' +
  'let a firewall decide who reaches this port';

/** Warns once of all features that were switched on where others can use them without a word. */
export function warnOfOpenFeatures(settings: Settings, logger: Logger): void {
  const { host, credentials, callerKeys } = accessOf(settings);
  if (isLoopback(host) || credentials !== null) return;
  const isOpen = (name: string) => name !== 'openaiApi' || callerKeys.none;
  const on = Object.entries(settings.features).filter(
    ([name, mode]) => mode === 'on' && isOpen(name),
  );
  if (on.length === 0) return;
  // The features of the settings are those of the table.
  const open = on.map(([name]) => SWITCHES[name as keyof typeof SWITCHES]);
  logger.warn({ open, remedy: GUARD_THEM }, 'whoever reaches this port can use what is on');
}

/** Has callers bring these keys from now on; when they cannot be read, those of before. */
export function takeCallerKeys(
  result: CallerKeysResult,
  { callerKeys }: AccessOptions,
  redactor: Redactor,
  logger: Logger,
): void {
  if (!result.ok) {
    logger.error({ why: result.problems.join('; ') }, 'API_KEYS not taken, nothing changed');
    return;
  }
  for (const key of result.keys) redactor.add(key);
  callerKeys.replace(result.keys);
  if (!callerKeys.none) logger.info({ keys: result.keys.length }, 'API_KEYS read again');
}
