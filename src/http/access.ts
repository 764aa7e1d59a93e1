// Who may call: programs, but no web pages of others, and on this machine only under known names.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Failure } from '../failure/failure.ts';
import type { FailureKind } from '../failure/kinds.ts';
import { replyWithStatus } from './failure-reply.ts';

export interface AccessOptions {
  /** What it listens on. */
  readonly host: string;
  /** The host of the advertised address; '' without one. */
  readonly advertisedHost: string;
  /** Further names under which a proxy on this machine may ask. */
  readonly allowedHosts: readonly string[];
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Who may ask: whoever likes, because it says nothing secret (`open`), FastChat's programs
     * (`worker`, without a word), operators (`pages`), or callers of /v1 (`openai`).
     */
    guard?: 'open' | 'worker' | 'pages' | 'openai';
  }
}

/** Whoever runs a proxy here meets the refusal first at its own caller. */
const HOSTS_HINT = 'ALLOWED_HOSTS has the names that are';

/** Refusals that are logged; a page can make more than a log should hold. */
const LOGGED_REFUSALS = 20;

/**
 * Refuses what only a browser sends for a page of somebody else. Without it any page that a user of
 * this machine opens could spend the key, and with a host name that it rebinds to 127.0.0.1 read the
 * answer. FastChat's servers, and every other program, send none of these headers.
 */
export function guardAccess(server: FastifyInstance, options: AccessOptions, logger: Logger): void {
  const names = isLoopback(options.host) ? namesOf(options) : null;
  let refusals = 0;
  server.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.guard === 'open') return;
    const kind = refusalOf(request, names);
    if (kind === null) return;
    const failure = new Failure(kind, { hint: kind === 'host_refused' ? HOSTS_HINT : '' });
    if (refusals++ < LOGGED_REFUSALS) {
      const { origin, host } = request.headers;
      const { remedy } = failure.row;
      const line = { requestId: request.id, failure: kind, origin, host };
      logger.warn({ ...line, remedy }, 'request refused');
    }
    return replyWithStatus(failure, reply);
  });
}

/** @param names that a request may ask under; null = any */
function refusalOf(
  { headers }: FastifyRequest,
  names: ReadonlySet<string> | null,
): FailureKind | null {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') return 'page_refused';
  if (origin !== undefined && !isOwn(origin, host)) return 'page_refused';
  // HTTP/1.0 knows no host.
  if (names === null || host === undefined) return null;
  return names.has(hostNameOf(host)) ? null : 'host_refused';
}

/** Whether a page came from the very address that it asks. */
function isOwn(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

function namesOf({ host, advertisedHost, allowedHosts }: AccessOptions): ReadonlySet<string> {
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
