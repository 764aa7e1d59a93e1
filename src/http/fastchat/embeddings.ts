// `/worker_get_embeddings`: vectors for a list of texts.

import type { FastifyInstance } from 'fastify';
import { embeddingReplyBytes } from '../../fastchat/embeddings.ts';
import { embeddingRequest, parseRequest } from '../../fastchat/requests.ts';
import type { Worker } from '../../worker/worker.ts';
import { callerOf } from '../caller.ts';

export function addEmbeddingRoutes(server: FastifyInstance, worker: Worker): void {
  const config = { failureForm: 'reply' as const };
  server.post('/worker_get_embeddings', { config }, async (request, reply) => {
    const body = parseRequest(embeddingRequest, request.body);
    const embeddings = await worker.embed(body, callerOf(request, reply));
    // Null means that the caller is gone, and nobody reads the reply.
    if (embeddings === null) return reply.hijack();
    return reply.type('application/json').send(embeddingReplyBytes(embeddings));
  });
}
