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

export function addOpenaiRoutes(
  server: FastifyInstance,
  worker: Worker,
  options: ChatOptions,
): void {
  addChatRoute(server, worker, options);
  addEmbeddingsRoute(server, worker);
  addModelRoutes(server, worker);
  for (const url of ['/v1', '/v1/*']) {
    server.route({
      ...{ method: METHODS, url, config: OPENAI, handler: () => undefined },
      // Before any body is read.
      onRequest: async (request, reply) => replyNotFound(request, reply),
    });
  }
}
