// Implements the embedding port with GLM's endpoint.

import type { EmbeddingBatch, EmbeddingLimits, EmbeddingModel } from '../model/embedding-model.ts';
import { type GlmClient, readReplyOnce } from './client.ts';
import { liftVectors, readEmbeddings } from './embedding-reply.ts';

export interface GlmEmbeddingOptions {
  /** Such as `embedding-3`. */
  readonly id: string;
  readonly limits: EmbeddingLimits;
  /** Lengths that its vectors may have; null = not known. */
  readonly lengths: readonly number[] | null;
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

  get dimensions(): readonly number[] | null {
    return this.#options.lengths;
  }

  async embed(
    inputs: readonly string[],
    signal: AbortSignal,
    wanted?: number,
  ): Promise<EmbeddingBatch> {
    const { id, lengths } = this.#options;
    // A model with one length takes no field for it.
    const dimensions = lengths?.length === 1 ? null : (wanted ?? this.#options.dimensions);
    const body = { model: id, input: inputs, ...(dimensions !== null && { dimensions }) };
    const request = { method: 'POST', path: '/embeddings', body } as const;
    const reply = await readReplyOnce(this.#client, request, signal, liftVectors);
    return readEmbeddings(reply, inputs.length);
  }
}
