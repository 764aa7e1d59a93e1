// Implements the embedding port with GLM's endpoint.

import { z } from 'zod';
import type { EmbeddingBatch, EmbeddingLimits, EmbeddingModel } from '../model/embedding-model.ts';
import { ModelError } from '../model/model-error.ts';
import { type GlmClient, readJson } from './client.ts';
import { LARGEST_COUNT } from './wire.ts';

/** Reply of `/embeddings` (page "text embedding"), as far as it is used. */
const embeddingsReply = z.looseObject({
  data: z.array(z.looseObject({ index: z.number().int(), embedding: z.array(z.number()) })),
  usage: z.looseObject({ total_tokens: z.number().nonnegative().max(LARGEST_COUNT) }),
});

export interface GlmEmbeddingOptions {
  /** Such as `embedding-3`. */
  readonly id: string;
  readonly limits: EmbeddingLimits;
  /** Length of the vectors; null = the model's default. */
  readonly dimensions: number | null;
}

export class GlmEmbeddingModel implements EmbeddingModel {
  readonly #client: GlmClient;
  readonly #options: GlmEmbeddingOptions;

  constructor(client: GlmClient, options: GlmEmbeddingOptions) {
    this.#client = client;
    this.#options = options;
  }

  get limits(): EmbeddingLimits {
    return this.#options.limits;
  }

  async embed(inputs: readonly string[], signal: AbortSignal): Promise<EmbeddingBatch> {
    const { id, dimensions } = this.#options;
    const body = { model: id, input: inputs, ...(dimensions !== null && { dimensions }) };
    const reply = embeddingsReply.safeParse(
      await readJson(this.#client, '/embeddings', body, signal),
    );
    if (!reply.success) throw malformed('unexpected shape');
    const { data, usage } = reply.data;
    const byIndex = new Map(data.map(({ index, embedding }) => [index, embedding]));
    const vectors = inputs.map((_input, index) => {
      const vector = byIndex.get(index);
      if (vector === undefined || vector.length === 0) throw malformed(`no vector ${index}`);
      return vector;
    });
    return { vectors, tokens: Math.round(usage.total_tokens) };
  }
}

function malformed(message: string): ModelError {
  return new ModelError('upstream_malformed', { message: `embeddings: ${message}` });
}
