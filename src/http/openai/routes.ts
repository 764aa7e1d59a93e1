// OpenAI's door: every path below /v1.

import type { FastifyInstance } from 'fastify';
import type { Worker } from '../../worker/worker.ts';
import { replyNotFound } from '../failure-reply.ts';
import { addChatRoute, type ChatOptions } from './chat.ts';
import { addEmbeddingsRoute } from './embeddings.ts';
import { addModelRoutes } from './models.ts';
import { OPENAI } from './route-config.ts';

/** OPTIONS is what browsers ask with, and none of ours. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Milliseconds for which a stream has no head yet: refusals for load, and whatever else fails before
 * the first text, mostly come within it and get a status that clients understand. Proxies commonly
 * give up after 60 s of silence, so there must be bytes before.
 */
const HEAD_WAIT_MS = 30_000;

export function addOpenaiRoutes(
  server: FastifyInstance,
  worker: Worker,
  options: Omit<ChatOptions, 'headWaitMs'>,
): void {
  addChatRoute(server, worker, { ...options, headWaitMs: HEAD_WAIT_MS });
  addEmbeddingsRoute(server, worker);
  addModelRoutes(server, worker);
  for (const url of ['/v1', '/v1/*']) {
    server.route({
      ...{ method: METHODS, url, config: OPENAI, handler: replyNotFound },
      // Before any body is read.
      onRequest: async (request, reply) => replyNotFound(request, reply),
    });
  }
}
