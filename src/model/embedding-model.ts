// The port for embeddings.

/** Limits of one request to an embedding model. */
export interface EmbeddingLimits {
  /** Most inputs per request. */
  readonly batchItems: number;
  /** Most tokens of one input, and of all inputs of a request; null = not stated. */
  readonly itemTokens: number;
  readonly batchTokens: number | null;
}

/**
 * A vector as JSON, such as `[0.10,-2e-7]`, in the digits of the provider: at least one number, none
 * too large for a double, all in ASCII. It stays text because callers want JSON too, and nothing else
 * about a request takes as long as to read a hundred thousand numbers and to write them again.
 */
export type JsonVector = string;

export interface EmbeddingBatch {
  /** One vector per input, in their order. */
  readonly vectors: readonly JsonVector[];
  /** Tokens of all inputs, as the provider counts them. */
  readonly tokens: number;
}

/** One embedding model of a provider. */
export interface EmbeddingModel {
  readonly limits: EmbeddingLimits;
  /** Lengths of vectors that may be asked for; null = not known. */
  readonly dimensions: readonly number[] | null;
  /**
   * Embeds all inputs or none.
   * @param inputs within the limits of one request
   * @param dimensions length of the vectors; undefined = as the model is set
   * @throws ModelError, or the signal's reason
   */
  embed(
    inputs: readonly string[],
    signal: AbortSignal,
    dimensions?: number,
  ): Promise<EmbeddingBatch>;
}
