// The identifiers every GLM reply carries; counted, not random, so that logs of two runs compare.

/** Identifiers of one reply. */
export interface ReplyIds {
  /** GLM's own id, also in the `x-log-id` header. */
  readonly id: string;
  /** The caller's `request_id`, or one made here. */
  readonly requestId: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
}

/** Identifiers for the call of this number. */
export function replyIds(number: number, now: number, model: string, asked: unknown): ReplyIds {
  const serial = String(number).padStart(10, '0');
  return {
    id: `sandbox-${serial}`,
    requestId: typeof asked === 'string' ? asked : `sandbox-request-${serial}`,
    created: Math.floor(now / 1000),
    model,
  };
}
