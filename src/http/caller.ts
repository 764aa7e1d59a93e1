// A caller as the worker knows it: the name of the request, its path, and whether somebody is there.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../failure/failure.ts';
import type { Caller } from '../worker/request-context.ts';

/**
 * The response closes early only when its caller leaves.
 * @throws Failure for a request that its caller sent behind another one without waiting for the
 *   answer: Node would never tell such a response that its caller has left
 */
export function callerOf(request: FastifyRequest, reply: FastifyReply): Caller {
  const left = new AbortController();
  const { raw } = reply;
  raw.once('close', () => {
    // An abort is not cheap, and after the end nobody listens to it.
    if (!raw.writableFinished) left.abort();
  });
  if (raw.destroyed) left.abort();
  else if (raw.socket === null) {
    throw new Failure('request_invalid', { hint: 'connection: another answer is under way' });
  }
  const { id, trace } = request;
  const followed = trace !== null && { trace };
  return { id, path: loggedPathOf(request), signal: left.signal, ...followed };
}

/** What log lines about a request have in common. */
export function requestNames({ id, trace }: FastifyRequest): {
  readonly requestId: string;
  readonly traceId: string | undefined;
} {
  return { requestId: id, traceId: trace?.traceId };
}

/** Longest path that is logged, in UTF-16 units; slashes may be repeated as often as a head has room. */
const PATH_LIMIT = 200;

/** The path of a request without its query. */
export function pathOf({ url }: FastifyRequest): string {
  return url.replace(/[?#].*/s, '');
}

/** The path for the log: the query may hold what nobody should read, and nobody needs all of a long one. */
export function loggedPathOf(request: FastifyRequest): string {
  return pathOf(request).slice(0, PATH_LIMIT);
}
