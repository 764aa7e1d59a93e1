// The addresses of this worker: what it listens on, what it advertises, what of them is secret.

import type { Settings } from '../config/slices.ts';
import { ownAddressTowards } from '../controller/own-address.ts';
import type { Credentials } from '../http/credentials.ts';

/** `auto`, alone or in place of the host of an address. */
const AUTO = /^(?:(https?:\/\/)([^/@]*@)?)?auto(:\d+)?(\/.*)?$/i;

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
    this.known = AUTO.test(workerAddress) ? null : workerAddress || url;
  }

  /**
   * The address, for `auto` this machine's own on the way to the controller.
   * @throws Error when the controller's name cannot be resolved (yet)
   */
  async find(): Promise<string> {
    if (this.known !== null) return this.known;
    const { workerAddress, controllerAddress } = this.#settings;
    const host = await ownAddressTowards(controllerAddress);
    const ownScheme = this.#url.slice(0, this.#url.indexOf('//') + 2);
    const ownPort = this.#url.slice(this.#url.lastIndexOf(':'));
    // What is not known yet is `auto`.
    const parts = AUTO.exec(workerAddress) as RegExpExecArray;
    const [, scheme = ownScheme, user = '', port = ownPort, path = ''] = parts;
    this.known = `${scheme}${user}${bracketed(host)}${port}${path}`;
    return this.known;
  }
}

/**
 * The password of an address as it was typed, as a URL parser spells it, and as it is sent: logs can
 * show any of them.
 */
export function passwordsOf(address: string): string[] {
  if (!URL.canParse(address)) return [];
  const [, typed = ''] = /^[^:]+:\/\/[^:/?#]*:([^/?#]*)@/.exec(address) ?? [];
  const { password } = new URL(address);
  return [typed, password, unescaped(password)];
}

/** Without its escapes; where a % escapes nothing it stays as it is. */
function unescaped(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll('%', ''), 'hex').toString(),
  );
}

/** Who is asked for at an address; null when anybody may come. */
export function credentialsOf(address: string): Credentials | null {
  if (!URL.canParse(address)) return null;
  const { username, password } = new URL(address);
  if (username === '' && password === '') return null;
  return { user: unescaped(username), password: unescaped(password) };
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
