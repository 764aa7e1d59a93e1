// The addresses of this worker: what it listens on, what it advertises, what of them is secret.

import type { Settings } from './config/settings.ts';
import { ownAddressTowards } from './controller/own-address.ts';

/** What the controller is told; `url` is where the worker listens. */
export function advertisedAddress(
  { workerAddress }: Settings,
  url: string,
  ownHost: string,
): string {
  if (workerAddress === '') return url;
  return workerAddress === 'auto' ? `http://${ownHost}:${new URL(url).port}` : workerAddress;
}

/** This machine's address for `auto`; asked for before listening, so that a failure ends it all. */
export async function ownHostOf({ workerAddress, noRegister, controllerAddress }: Settings) {
  if (workerAddress !== 'auto' || noRegister) return '';
  return bracketed(await ownAddressTowards(controllerAddress));
}

/** The password of an address as it was typed and as a URL parser spells it: logs can show either. */
export function passwordsOf(address: string): string[] {
  if (!URL.canParse(address)) return [];
  const [, typed = ''] = /^[^:]+:\/\/[^:/?#]*:([^/?#]*)@/.exec(address) ?? [];
  return [typed, new URL(address).password];
}

/** A host as it stands in a URL. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** The path of the advertised address, under which the endpoints are served too. */
export function pathOf(address: string): string {
  if (!URL.canParse(address)) return '';
  // Routes are compared with the decoded path of a request.
  return decodeURI(new URL(address).pathname).replace(/\/+$/, '');
}
