// Hosts and addresses as settings: what they may hold, and which of them mean every interface.

import { isIPv6 } from 'node:net';
import { z } from 'zod';

const FORM = 'must be an http:// or https:// address without query or fragment';

/** An http(s) address without query or fragment; the trailing slash is dropped. */
export const httpAddress = z
  .string()
  .refine(isHttpAddress, { error: FORM, abort: true })
  .transform(withoutSlash);

/** An address that is asked without user and password of its own. */
export const openAddress = z
  .string()
  .refine(isHttpAddress, { error: FORM, abort: true })
  .refine(hasNoCredentials, 'must not hold user:password@, which would not be sent')
  .transform(withoutSlash);

/** What GLM's documents show behind the base, in the whole address of an endpoint. */
const ENDPOINT_PATH = /\/(?:chat\/completions|embeddings|models|tokenizer)$/;

/** The base of a GLM API; the path of one endpoint, copied with it, is dropped. */
export const baseAddress = openAddress.transform((address) => address.replace(ENDPOINT_PATH, ''));

/** What `baseAddress` drops of this text; null for nothing. */
export function endpointPathOf(address: string): string | null {
  return ENDPOINT_PATH.exec(withoutSlash(address))?.[0] ?? null;
}

/** The address of a proxy, with or without `http://`; '' for none. */
export const proxyAddress = z
  .string()
  .transform((text) => (/^[\w.-]+:\d+\/?$/.test(text) ? `http://${text}` : text))
  .pipe(z.union([z.literal(''), httpAddress], 'must be an http:// or https:// address'));

/** What the controller is told; '' and `auto` are found out later. */
export const workerAddress = z
  .string()
  .refine((text) => isFoundOut(text) || isHttpAddress(text), {
    error: `${FORM}, or auto`,
    abort: true,
  })
  .refine((text) => isFoundOut(text) || !isWildcard(new URL(text).hostname), {
    error:
      'must not be a wildcard such as 0.0.0.0, since nobody can be sent there: the URL under ' +
      'which the controller and its callers reach this worker, or auto',
  })
  .refine((text) => isFoundOut(text) || hasUsableCredentials(text), {
    error:
      'must hold both user and password in user:password@, of visible ASCII without a colon in the ' +
      'user, and everything but letters, digits and -._~ escaped as in %40',
  })
  .refine((text) => isFoundOut(text) || hasPlainPath(text), {
    error: 'its path must not hold any of * : ( ) % ? # [ ] { } | \\ ^ " < >, typed or escaped',
  })
  .transform(withoutSlash);

/** A host to listen on, an IPv6 address with or without its brackets. */
export const hostName = z
  .string()
  .refine(isHost, {
    error: 'must be an IP address or a host name alone, without http://, port or path',
  })
  .transform(unbracketed);

/** What the many spellings of a wildcard come to in a URL. */
const WILDCARDS = ['0.0.0.0', '[::]', '[::ffff:0:0]'];

/** Whether the host stands for every interface: `0`, `0x0`, `::`, `::ffff:0.0.0.0` and the like. */
export function isWildcard(host: string): boolean {
  const url = urlOf(host);
  return URL.canParse(url) && WILDCARDS.includes(new URL(url).hostname);
}

function isHost(text: string): boolean {
  return /^[^\s/@?#:[\]]+$/.test(text) || isIPv6(unbracketed(text));
}

function unbracketed(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

function urlOf(host: string): string {
  const bare = host.replace(/%.*$/, '');
  return bare.includes(':') && !bare.startsWith('[') ? `http://[${bare}]` : `http://${bare}`;
}

function isFoundOut(text: string): boolean {
  return text === '' || text === 'auto';
}

function isHttpAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, search, hash } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && search === '' && hash === '';
}

function hasNoCredentials(text: string): boolean {
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

/**
 * Whether all HTTP clients of FastChat send them, and the same: of a user alone some send nothing,
 * and of other letters each makes something else.
 */
function hasUsableCredentials(text: string): boolean {
  if (hasNoCredentials(text)) return true;
  const { username, password } = new URL(text);
  try {
    const [user, word] = [decodeURIComponent(username), decodeURIComponent(password)];
    return /^[\x20-\x39\x3b-\x7e]+$/.test(user) && /^[\x20-\x7e]+$/.test(word);
  } catch {
    // A lone % escapes nothing.
    return false;
  }
}

/** Whether no part of the path means something to the router. */
function hasPlainPath(text: string): boolean {
  try {
    return !/[*:()%?#[\]{}|\\^"<>]/.test(decodeURIComponent(new URL(text).pathname));
  } catch {
    // A lone % escapes nothing.
    return false;
  }
}

function withoutSlash(address: string): string {
  return address.replace(/\/+$/, '');
}
