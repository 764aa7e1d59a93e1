// `/worker_get_embeddings`: vectors for a list of texts.

import type { FastifyInstance } from 'fastify';
import { Failure } from '../../failure/failure.ts';
import { embeddingReplyBytes, encodeVector } from '../../fastchat/embeddings.ts';
import { errorReply } from '../../fastchat/frames.ts';
import { embeddingRequest, parseRequest } from '../../fastchat/requests.ts';
import { ownTurn } from '../../lib/own-turn.ts';
import type { Worker } from '../../worker/worker.ts';
import { callerOf } from '../caller.ts';

/** Vectors that are encoded before others get their turn: some milliseconds of the largest ones. */
const ENCODED_AT_ONCE = 16;

export function addEmbeddingRoutes(server: FastifyInstance, worker: Worker): void {
  const config = { failureForm: 'reply' as const };
  server.post('/worker_get_embeddings', { config }, async (request, reply) => {
    const { model, input, encoding_format } = parseRequest(embeddingRequest, request.body);
    const caller = callerOf(request, reply);
    reply.type('application/json');
    try {
      const { vectors, tokens } = await worker.embed({ model, inputs: input }, caller);
      const embedding = await encodeInPieces(vectors, encodeVector(encoding_format));
      return reply.send(embeddingReplyBytes({ embedding, token_num: tokens }));
    } catch (error) {
      if (error instanceof Failure) return reply.send(errorReply(error));
      throw error;
    }
  });
}

/** Thousands of vectors take half a second, in which no stream of anybody else must stand still. */
async function encodeInPieces(
  vectors: readonly string[],
  encode: (vector: string) => string,
): Promise<string[]> {
  const encoded: string[] = [];
  for (let at = 0; at < vectors.length; at += ENCODED_AT_ONCE) {
    if (at > 0) await ownTurn();
    encoded.push(...vectors.slice(at, at + ENCODED_AT_ONCE).map(encode));
  }
  return encoded;
}
