// The addresses of this worker: what it listens on, what it advertises, what of them is secret.

import type { Settings } from '../config/slices.ts';
import { ownAddressTowards } from '../controller/own-address.ts';

/** What the controller is told; with `auto` it has to be found out first. */
export class AdvertisedAddress {
  readonly #settings: Settings['controller'];
  readonly #url: string;
  /** Null until it has been found out. */
  known: string | null;

  /** @param url where the worker listens */
  constructor(settings: Settings['controller'], url: string) {
    this.#settings = settings;
    this.#url = url;
    const { workerAddress } = settings;
    this.known = workerAddress === 'auto' ? null : workerAddress || url;
  }

  /**
   * The address, for `auto` this machine's own on the way to the controller.
   * @throws Error when the controller's name cannot be resolved (yet)
   */
  async find(): Promise<string> {
    if (this.known !== null) return this.known;
    const host = await ownAddressTowards(this.#settings.controllerAddress);
    this.known = `http://${bracketed(host)}:${new URL(this.#url).port}`;
    return this.known;
  }
}

/** The password of an address as it was typed and as a URL parser spells it: logs can show either. */
export function passwordsOf(address: string): string[] {
  if (!URL.canParse(address)) return [];
  const [, typed = ''] = /^[^:]+:\/\/[^:/?#]*:([^/?#]*)@/.exec(address) ?? [];
  return [typed, new URL(address).password];
}

/** Who is asked for at an address; null when anybody may come. */
export function credentialsOf(address: string): { user: string; password: string } | null {
  if (!URL.canParse(address)) return null;
  const { username, password } = new URL(address);
  if (username === '' && password === '') return null;
  return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/** A host as it stands in a URL. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** The host of an address without its port; '' for none. */
export function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).hostname : '';
}

/** The path of the advertised address, under which the endpoints are served too. */
export function pathOf(address: string): string {
  if (!URL.canParse(address)) return '';
  // Routes are compared with the decoded path of a request.
  return decodeURI(new URL(address).pathname).replace(/\/+$/, '');
}
