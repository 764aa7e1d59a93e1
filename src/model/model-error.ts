// The closed set of ways in which a model can fail, named without a word of GLM's or FastChat's.

/** What is known of each kind of failure, whoever reports it. */
interface FailureKindFacts {
  /** Whether the same call may succeed after a wait, as long as no text has been delivered. */
  readonly transient: boolean;
  /** Who has to act: the end user, the operator of this worker, or the provider. */
  readonly fault: 'caller' | 'operator' | 'provider';
}

/** One row per kind; the key is the name in logs, metrics and on the wire. */
export const modelFailureKinds = {
  key_missing: { transient: false, fault: 'operator' },
  key_invalid: { transient: false, fault: 'operator' },
  no_permission: { transient: false, fault: 'operator' },
  model_unknown: { transient: false, fault: 'operator' },
  parameter_rejected: { transient: false, fault: 'caller' },
  content_blocked: { transient: false, fault: 'caller' },
  context_overflow: { transient: false, fault: 'caller' },
  rate_limited: { transient: true, fault: 'operator' },
  quota_exhausted: { transient: false, fault: 'operator' },
  overloaded: { transient: true, fault: 'provider' },
  upstream_unreachable: { transient: true, fault: 'provider' },
  upstream_error: { transient: true, fault: 'provider' },
  upstream_refused: { transient: false, fault: 'operator' },
  upstream_timeout: { transient: false, fault: 'provider' },
  upstream_malformed: { transient: false, fault: 'provider' },
  upstream_cut: { transient: true, fault: 'provider' },
} as const satisfies Record<string, FailureKindFacts>;

export type ModelFailureKind = keyof typeof modelFailureKinds;

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
  /** Milliseconds the provider asked us to wait before another try. */
  readonly retryAfterMs?: number;
}

/** A failure of the model behind the port. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly kind: ModelFailureKind;
  readonly upstream: UpstreamDetail;

  constructor(kind: ModelFailureKind, upstream: UpstreamDetail = {}, options?: ErrorOptions) {
    super(kind, options);
    this.kind = kind;
    this.upstream = upstream;
  }

  /** Whether the same call may succeed after a wait. */
  get transient(): boolean {
    return modelFailureKinds[this.kind].transient;
  }
}
