// The port for embeddings.

/** Limits of one request to an embedding model. */
export interface EmbeddingLimits {
  /** Most inputs per request. */
  readonly batchItems: number;
  /** Most tokens of one input, and of all inputs of a request; null = not stated. */
  readonly itemTokens: number;
  readonly batchTokens: number | null;
}

export interface EmbeddingBatch {
  /** One vector per input, in their order. */
  readonly vectors: readonly (readonly number[])[];
  /** Tokens of all inputs, as the provider counts them. */
  readonly tokens: number;
}

/** One embedding model of a provider. */
export interface EmbeddingModel {
  readonly limits: EmbeddingLimits;
  /**
   * Embeds all inputs or none.
   * @param inputs within the limits of one request
   * @throws ModelError, or the signal's reason
   */
  embed(inputs: readonly string[], signal: AbortSignal): Promise<EmbeddingBatch>;
}
