// Implements the embedding port with GLM's endpoint.

import type { EmbeddingBatch, EmbeddingLimits, EmbeddingModel } from '../model/embedding-model.ts';
import { type GlmClient, readReplyOnce } from './client.ts';
import { liftVectors, readEmbeddings } from './embedding-reply.ts';

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
    const request = { method: 'POST', path: '/embeddings', body } as const;
    const reply = await readReplyOnce(this.#client, request, signal, liftVectors);
    return readEmbeddings(reply, inputs.length);
  }
}
