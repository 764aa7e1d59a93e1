// What of the settings is secret: for the redactor of the log, and for the markers of the templates.

import type { ModelEntry } from '../config/models-file.ts';
import type { Settings } from '../config/slices.ts';
import { passwordsOf } from './addresses.ts';

/** Whatever in the settings no log may show: keys, their secret halves, passwords of addresses. */
export function secretsOf(settings: Settings): string[] {
  const { secrets, controller, models, upstream, openTelemetry } = settings;
  const { apiKeys, fenceSecret, callerKeys } = secrets;
  const { workerAddress, controllerAddress } = controller;
  const { httpProxy, httpsProxy } = upstream;
  const addresses = [workerAddress, controllerAddress, models.baseUrl, httpProxy, httpsProxy];
  const passwords = addresses.flatMap(passwordsOf);
  const keys = [...apiKeys.flatMap(partsOfKey), ...callerKeys, ...keySecrets(models.entries)];
  return [...keys, fenceSecret, ...passwords, ...collectorSecrets(openTelemetry)];
}

/** The same for the keys that only models of MODELS_FILE have. */
export function keySecrets(models: ReadonlyMap<string, ModelEntry>): string[] {
  return keysOf(models).flatMap(partsOfKey);
}

/** The keys that only models of MODELS_FILE have. */
function keysOf(models: ReadonlyMap<string, ModelEntry>): string[] {
  return [...models.values()].flatMap(({ apiKeys = [] }) => apiKeys);
}

/** A key and its halves. */
export function partsOfKey(key: string): string[] {
  return [key, ...key.split('.')];
}

/** What lets traces in at a collector: values of headers, passwords of its address. */
function collectorSecrets(variables: Settings['openTelemetry']): string[] {
  return Object.entries(variables).flatMap(([name, value]) => {
    if (name.endsWith('_ENDPOINT')) return passwordsOf(value);
    if (!name.endsWith('_HEADERS')) return [];
    const values = value.split(',').map((header) => header.slice(header.indexOf('=') + 1).trim());
    return values.flatMap((one) => [one, decoded(one)]);
  });
}

/** A header's value as it is sent; it may be written as in an address. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** What the markers of `fenced` come from: without a secret of its own, the first key there is. */
export function fenceSecretOf({ secrets, models }: Settings): string {
  const [key = ''] = [...secrets.apiKeys, ...keysOf(models.entries)];
  return secrets.fenceSecret || key;
}
