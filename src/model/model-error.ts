// The closed set of ways in which a model can fail, named without a word of GLM's or FastChat's.

/** A model's failures; each has a row in the table of all failures, with what follows from it. */
export type ModelFailureKind =
  /** No key came along, or it is not valid, or its account may not use the API or plan. */
  | 'key_missing'
  | 'key_invalid'
  | 'no_permission'
  /** The account may not use this model, or there is no such model. */
  | 'model_not_permitted'
  | 'model_unknown'
  | 'parameter_rejected'
  | 'content_blocked'
  | 'context_overflow'
  /** Too many requests of this account; a refusal like it that nobody can name; no money left. */
  | 'rate_limited'
  | 'throttled'
  | 'quota_exhausted'
  /** The provider sheds load, whoever asks. */
  | 'overloaded'
  | 'upstream_unreachable'
  /** The provider says that it failed, or refuses with a code that nobody knows. */
  | 'upstream_error'
  | 'upstream_refused'
  /** Nothing answers at this path. */
  | 'address_wrong'
  | 'upstream_timeout'
  | 'upstream_malformed'
  /** The answer ended without saying how, or with a reason that is no success, or empty. */
  | 'upstream_cut'
  | 'upstream_aborted'
  | 'answer_empty';

/** What the provider said, for the log only: never shown to a caller. */
export interface UpstreamDetail {
  /** HTTP status, absent when no response came. */
  readonly status?: number;
  /** The provider's own error code, as it spelt it. */
  readonly code?: string;
  /** The provider's own words, shortened. */
  readonly message?: string;
  /** The provider's name for the request, for a support ticket. */
  readonly requestId?: string;
  /** When a quota refills, as the provider wrote it; the one detail callers are told. */
  readonly resetsAt?: string;
  /** The provider's own time when it refused a token, in milliseconds since the epoch. */
  readonly serverTime?: number;
  /** Milliseconds the provider asked us to wait before another attempt. */
  readonly retryAfterMs?: number;
}

export interface ModelErrorOptions extends ErrorOptions {
  readonly amended?: boolean;
}

/** A failure of the model behind the port. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly kind: ModelFailureKind;
  readonly upstream: UpstreamDetail;
  /** Whether the adapter has put right what was refused, so that asking again may help at once. */
  readonly amended: boolean;

  constructor(
    kind: ModelFailureKind,
    upstream: UpstreamDetail = {},
    { amended = false, ...options }: ModelErrorOptions = {},
  ) {
    super(kind, options);
    this.kind = kind;
    this.upstream = upstream;
    this.amended = amended;
  }
}
