// Tells requests that a browser sends for a page of somebody else, and names that were made to point here.

import type { IncomingHttpHeaders } from 'node:http';
import type { FailureKind } from '../failure/kinds.ts';
import type { AllowedOrigins } from './allowed-origins.ts';

export interface BrowserOptions {
  /** What it listens on. */
  readonly host: string;
  /** The host of the advertised address; '' without one. */
  readonly advertisedHost: string;
  /** Further names under which a proxy on this machine may ask. */
  readonly allowedHosts: readonly string[];
}

/** The pages that a route may be called by. */
export interface AllowedPages {
  /** Pages of others that were named; null for none. */
  readonly origins: AllowedOrigins | null;
  /** Whether it is a page itself, which a link of others may lead to. */
  readonly isPage: boolean;
}

/** The names that a request may ask under; null = any. */
export type Names = ReadonlySet<string> | null;

/**
 * Without the refusal any page that a user of this machine opens could spend the key, and with a host
 * name that it rebinds to 127.0.0.1 read the answer. FastChat's servers, and every other program, send
 * none of these headers.
 */
export function refusalOfBrowser(
  headers: IncomingHttpHeaders,
  pages: AllowedPages,
  names: Names,
): FailureKind | null {
  if (!isAllowedPage(headers, pages)) return 'page_refused';
  // HTTP/1.0 knows no host.
  const { host } = headers;
  if (names === null || host === undefined) return null;
  return names.has(hostNameOf(host)) ? null : 'host_refused';
}

function isAllowedPage(headers: IncomingHttpHeaders, { origins, isPage }: AllowedPages): boolean {
  const { origin, host } = headers;
  if (origin !== undefined && origins?.allows(origin) === true) return true;
  const site = headers['sec-fetch-site'];
  if (origin !== undefined && !isOwn(origin, host)) return false;
  if (site !== 'cross-site' && site !== 'same-site') return true;
  return isPage && origin === undefined && isFollowedLink(headers);
}

/** Whether it fills a window of its own, where the page that the link was on cannot read it. */
function isFollowedLink(headers: IncomingHttpHeaders): boolean {
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

/** Whether a page came from the very address that it asks. */
function isOwn(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** The names under which a worker may be asked that only this machine can reach. */
export function namesOf({ host, advertisedHost, allowedHosts }: BrowserOptions): Names {
  if (!isLoopback(host)) return null;
  const given = [host, advertisedHost, ...allowedHosts].filter((name) => name !== '');
  return new Set(['127.0.0.1', 'localhost', '[::1]', ...given.map(hostNameOf)]);
}

/** A host without its port, as browsers spell it. */
function hostNameOf(host: string): string {
  const bracketed = /^[^[]*:.*:/.test(host) ? `[${host}]` : host;
  return bracketed.replace(/:\d+$/, '').toLowerCase();
}

/** Whether only programs on this machine can reach a server that listens there. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?)$/i.test(host);
}
