// The JSON that a worker's small endpoints reply with, spelt as FastChat reads it.

/** Reply of `/worker_get_status`, and what a worker registers with. */
export interface WorkerStatus {
  /** Empty while the worker drains: the controller then routes nothing to it. */
  readonly model_names: readonly string[];
  /** Weight in dispatching; 1 in every FastChat worker, 0 would break `get_worker_address`. */
  readonly speed: 1;
  /** Running and waiting requests together. */
  readonly queue_length: number;
}

/** The status of a worker that serves `names`, with so many requests running or waiting. */
export function workerStatus(names: readonly string[], load: number): WorkerStatus {
  return { model_names: names, speed: 1, queue_length: load };
}

/** Reply of `/count_token`. */
export interface TokenCount {
  readonly count: number;
  readonly error_code: 0;
}

/** Reply of `/model_details`. */
export interface ModelDetails {
  /** Tokens of conversation and answer together. */
  readonly context_length: number;
}

/** Reply of `/worker_get_embeddings`, which `embeddingReplyBytes` writes. */
export interface EmbeddingReply {
  /** One vector per input, in their order, each as JSON in ASCII: a list or a string. */
  readonly embedding: readonly string[];
  /** Tokens of all inputs. */
  readonly token_num: number;
}
