// `/worker_get_embeddings`: vectors for a list of texts.

import type { FastifyInstance } from 'fastify';
import { Failure } from '../../failure/failure.ts';
import { embeddingReplyBytes } from '../../fastchat/embeddings.ts';
import { errorReply } from '../../fastchat/frames.ts';
import { embeddingRequest } from '../../fastchat/requests.ts';
import { encodeVectors } from '../../lib/json-vectors.ts';
import { parseRequest } from '../../schema/parse-request.ts';
import type { Worker } from '../../worker/worker.ts';
import { callerOf } from '../caller.ts';

export function addEmbeddingRoutes(server: FastifyInstance, worker: Worker): void {
  const config = { failureForm: 'reply' as const };
  server.post('/worker_get_embeddings', { config }, async (request, reply) => {
    const { model, input, encoding_format } = parseRequest(embeddingRequest, request.body);
    const caller = callerOf(request, reply);
    reply.type('application/json');
    try {
      const { vectors, tokens } = await worker.embed({ model, inputs: input }, caller);
      const embedding = await encodeVectors(vectors, encoding_format);
      return reply.send(await embeddingReplyBytes({ embedding, token_num: tokens }));
    } catch (error) {
      if (error instanceof Failure) return reply.send(errorReply(error));
      throw error;
    }
  });
}
