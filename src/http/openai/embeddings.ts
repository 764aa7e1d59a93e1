// `/v1/embeddings`: vectors for a list of texts.

import type { FastifyInstance } from 'fastify';
import { Failure } from '../../failure/failure.ts';
import { encodeVectors } from '../../lib/json-vectors.ts';
import { embeddingsReplyBytes, embeddingsRequest } from '../../openai/embeddings.ts';
import { parseRequest } from '../../schema/parse-request.ts';
import type { Worker } from '../../worker/worker.ts';
import { callerOf } from '../caller.ts';
import { replyWithStatus } from '../failure-reply.ts';
import { OPENAI } from './route-config.ts';

export function addEmbeddingsRoute(server: FastifyInstance, worker: Worker): void {
  server.post('/v1/embeddings', { config: OPENAI }, async (request, reply) => {
    const body = parseRequest(embeddingsRequest, request.body);
    const { input: inputs, dimensions, encoding_format: format } = body;
    const asked = { model: body.model, inputs, dimensions };
    const caller = callerOf(request, reply);
    try {
      const { vectors, tokens } = await worker.embed(asked, caller);
      const encoded = await encodeVectors(vectors, format);
      const model = body.model ?? worker.describe(undefined).name;
      reply.type('application/json');
      return reply.send(await embeddingsReplyBytes({ model, vectors: encoded, tokens }));
    } catch (error) {
      if (error instanceof Failure) return replyWithStatus(error, reply);
      throw error;
    }
  });
}
