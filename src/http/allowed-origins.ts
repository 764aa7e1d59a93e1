// CORS: lets the browser of a page that was named call /v1, and read the answer.

import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { Failure } from '../failure/failure.ts';
import { replyWithStatus } from './failure-reply.ts';

/** Replies' headers that a page may read besides the harmless ones. */
const EXPOSED = 'x-request-id, retry-after';

/** How long a browser may remember what it was allowed, in seconds: the longest that Chromium keeps. */
const MAX_AGE_S = 7200;

/** Names of headers, as a browser lists them. */
const HEADER_NAMES = /^[\w-]+(?: *, *[\w-]+)*$/;

/** Origins of pages that were named by the operator. */
export class AllowedOrigins {
  readonly #origins: ReadonlySet<string>;

  /** @param origins such as `https://chat.example.com`; `*` = any */
  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins);
  }

  allows(origin: string): boolean {
    return this.#origins.has('*') || this.#origins.has(origin);
  }

  /** Written into the response itself, because streams do not pass through Fastify's reply. */
  tell(response: ServerResponse, origin: string | undefined): void {
    // Caches must not give the answer for one page to another one.
    response.setHeader('vary', 'origin');
    if (origin === undefined || !this.allows(origin)) return;
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-expose-headers', EXPOSED);
  }
}

/** Answers browsers that ask whether a page may ask; they send no key with that. */
export function addPreflightRoute(server: FastifyInstance, allowed: readonly string[]): void {
  if (allowed.length === 0) return;
  const origins = new AllowedOrigins(allowed);
  server.options('/v1/*', { config: { guard: 'open' } }, async ({ headers }, reply) => {
    const { origin = '' } = headers;
    if (!origins.allows(origin)) return replyWithStatus(new Failure('page_refused'), reply);
    origins.tell(reply.raw, origin);
    const asked = headers['access-control-request-headers'] ?? '';
    reply.header('access-control-allow-methods', 'GET, POST');
    // SDKs add names of their own from version to version, and none of them does harm.
    if (HEADER_NAMES.test(asked)) reply.header('access-control-allow-headers', asked);
    return reply.header('access-control-max-age', MAX_AGE_S).code(204).send();
  });
}
