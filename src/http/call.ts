// A caller's request as the worker knows it: a name, a path, and whether the caller is still there.

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Call } from '../worker/work.ts';

/** The response closes early only when its caller leaves; closing late does no harm. */
export function callOf(request: FastifyRequest, reply: FastifyReply): Call {
  const left = new AbortController();
  reply.raw.once('close', () => left.abort());
  if (reply.raw.destroyed) left.abort();
  return { id: request.id, path: request.url, signal: left.signal };
}
