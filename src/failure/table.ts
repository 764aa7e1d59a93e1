// The one table of every way to fail: code, status, whose fault, what is tried next, and what is said.

import { type ErrorCode, errorCodes } from './error-codes.ts';
import type { FailureKind } from './kinds.ts';
import { type FailureWords, failureWords } from './words.ts';

/**
 * What may follow a failed attempt, as long as nobody has read a word of the answer:
 * - `amended`: at once and once, where the request differs now in what was refused: a fresh token, a
 *   field less;
 * - `here`: the same account again after a short wait, `UPSTREAM_RETRIES` times;
 * - `load`: the same account again by the rules for refusals for load, which do not count as those;
 * - `other_account`: another account of the model at once;
 * - `fallback`: the models named as fallback, once nothing else is left to try.
 */
export type Retry = 'amended' | 'here' | 'load' | 'other_account' | 'fallback';

export interface FailurePolicy {
  /** What FastChat's callers are told. */
  readonly code: ErrorCode;
  /** HTTP status, wherever a caller can read one. */
  readonly status: number;
  /** Who has to act: the end user, the operator of this worker, or the provider. */
  readonly fault: 'caller' | 'operator' | 'provider';
  /** Empty = never asked again. */
  readonly retry: readonly Retry[];
  /** What is left alone for a while because of it: the account, or the account at this model. */
  readonly rests: 'account' | 'model' | null;
}

export type FailureRow = FailurePolicy & FailureWords;

/** Failures that only the caller can mend, before any model is asked. */
const ofCaller = { fault: 'caller', retry: [], rests: null } as const;
/** Failures that the operator mends, where another attempt would fail the same way. */
const ofOperator = { fault: 'operator', retry: [], rests: null } as const;
/** Faults of the provider, where another attempt would cost as much and fail the same way. */
const ofProvider = { fault: 'provider', retry: [], rests: null } as const;
/** Faults of the provider that may be gone a moment later. */
const passing = { fault: 'provider', retry: ['here'], rests: null } as const;
/** Refusals of an account, which another account may not meet. */
const ofAccount = { fault: 'operator', retry: ['other_account'], rests: 'account' } as const;
/** Refusals of a model, which another account or model may not meet. */
const ofModel = {
  fault: 'operator',
  retry: ['other_account', 'fallback'],
  rests: 'model',
} as const;

const {
  VALIDATION_TYPE_ERROR,
  INVALID_AUTH_KEY,
  INCORRECT_AUTH_KEY,
  NO_PERMISSION,
  INVALID_MODEL,
  PARAM_OUT_OF_RANGE,
  CONTEXT_OVERFLOW,
  RATE_LIMIT,
  QUOTA_EXCEEDED,
  ENGINE_OVERLOADED,
  INTERNAL_ERROR,
} = errorCodes;

/** One row per failure; the key is its name in logs, metrics and on the wire. */
const policies: Readonly<Record<FailureKind, FailurePolicy>> = {
  request_invalid: { ...ofCaller, code: VALIDATION_TYPE_ERROR, status: 400 },
  request_too_large: { ...ofCaller, code: VALIDATION_TYPE_ERROR, status: 413 },
  page_refused: { ...ofCaller, code: NO_PERMISSION, status: 403 },
  host_refused: { ...ofCaller, code: NO_PERMISSION, status: 403 },
  credentials_refused: { ...ofCaller, code: INCORRECT_AUTH_KEY, status: 401 },
  api_key_refused: { ...ofCaller, code: INCORRECT_AUTH_KEY, status: 401 },
  conversation_empty: { ...ofCaller, code: VALIDATION_TYPE_ERROR, status: 400 },
  key_missing: { ...ofAccount, code: INVALID_AUTH_KEY, status: 502 },
  key_invalid: {
    ...ofAccount,
    retry: ['amended', 'other_account'],
    code: INCORRECT_AUTH_KEY,
    status: 502,
  },
  no_permission: { ...ofAccount, code: NO_PERMISSION, status: 502 },
  model_not_permitted: { ...ofModel, code: NO_PERMISSION, status: 502 },
  model_not_served: { ...ofCaller, code: INVALID_MODEL, status: 404 },
  model_does_not_chat: { ...ofCaller, code: INVALID_MODEL, status: 404 },
  model_does_not_embed: { ...ofCaller, code: INVALID_MODEL, status: 404 },
  model_unknown: { ...ofModel, code: INVALID_MODEL, status: 502 },
  parameter_rejected: { ...ofCaller, retry: ['amended'], code: PARAM_OUT_OF_RANGE, status: 400 },
  content_blocked: { ...ofCaller, code: PARAM_OUT_OF_RANGE, status: 400 },
  images_unsupported: { ...ofCaller, code: PARAM_OUT_OF_RANGE, status: 400 },
  image_rejected: { ...ofCaller, code: PARAM_OUT_OF_RANGE, status: 400 },
  input_rejected: { ...ofCaller, code: PARAM_OUT_OF_RANGE, status: 400 },
  input_too_long: { ...ofCaller, code: CONTEXT_OVERFLOW, status: 400 },
  context_overflow: { ...ofCaller, code: CONTEXT_OVERFLOW, status: 400 },
  rate_limited: { ...ofOperator, retry: ['load', 'fallback'], code: RATE_LIMIT, status: 429 },
  throttled: { ...ofProvider, retry: ['here', 'fallback'], code: RATE_LIMIT, status: 429 },
  quota_exhausted: {
    ...ofAccount,
    retry: ['other_account', 'fallback'],
    code: QUOTA_EXCEEDED,
    status: 429,
  },
  overloaded: { ...ofProvider, retry: ['load', 'fallback'], code: ENGINE_OVERLOADED, status: 503 },
  bodies_full: { ...ofOperator, code: ENGINE_OVERLOADED, status: 503 },
  queue_full: { ...ofOperator, code: ENGINE_OVERLOADED, status: 503 },
  queue_timeout: { ...ofOperator, code: ENGINE_OVERLOADED, status: 503 },
  draining: { ...ofOperator, code: ENGINE_OVERLOADED, status: 503 },
  generation_timeout: { ...ofOperator, code: INTERNAL_ERROR, status: 504 },
  template_stale: { ...ofOperator, code: INTERNAL_ERROR, status: 500 },
  upstream_unreachable: { ...passing, code: INTERNAL_ERROR, status: 502 },
  upstream_timeout: { ...ofProvider, code: INTERNAL_ERROR, status: 504 },
  upstream_error: { ...passing, code: INTERNAL_ERROR, status: 502 },
  upstream_refused: { ...ofOperator, code: INTERNAL_ERROR, status: 502 },
  address_wrong: { ...ofOperator, code: INTERNAL_ERROR, status: 502 },
  upstream_malformed: { ...ofProvider, code: INTERNAL_ERROR, status: 502 },
  upstream_cut: { ...passing, code: INTERNAL_ERROR, status: 502 },
  upstream_aborted: { ...passing, code: INTERNAL_ERROR, status: 502 },
  answer_empty: { ...passing, code: INTERNAL_ERROR, status: 502 },
  answer_not_json: { ...ofProvider, code: INTERNAL_ERROR, status: 502 },
  internal_error: { ...ofOperator, code: INTERNAL_ERROR, status: 500 },
};

/** The row of a failure: what follows from it, and what is said. */
export function failureRow(kind: FailureKind): FailureRow {
  return { ...policies[kind], ...failureWords[kind] };
}

/** Every failure, in the order of the table. */
// Object.keys widens the keys, which the type has just checked.
export const failureKinds = Object.keys(policies) as readonly FailureKind[];
