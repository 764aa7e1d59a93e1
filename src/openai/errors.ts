// Tells of failures as OpenAI's clients understand them, and whether those should ask again.

import type { Failure } from '../failure/failure.ts';
import type { FailureKind } from '../failure/kinds.ts';
import { failureKinds } from '../failure/table.ts';

/** The body of an error, and the event that ends a stream which failed. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string;
  };
}

/** Codes that clients look for; any other failure is called as in the log. */
const codes: Partial<Record<FailureKind, string>> = {
  model_not_served: 'model_not_found',
  model_does_not_chat: 'model_not_found',
  model_does_not_embed: 'model_not_found',
  model_unknown: 'model_not_found',
  context_overflow: 'context_length_exceeded',
  input_too_long: 'context_length_exceeded',
  content_blocked: 'content_filter',
  rate_limited: 'rate_limit_exceeded',
  throttled: 'rate_limit_exceeded',
  quota_exhausted: 'insufficient_quota',
  api_key_refused: 'invalid_api_key',
};

const codeOf = (kind: FailureKind): string => codes[kind] ?? kind;

/** Every code that an error may have. */
export const errorCodes: readonly string[] = [...new Set(failureKinds.map(codeOf))];

/** Every type that an error may have. */
export const errorTypes = [
  ...['invalid_request_error', 'authentication_error', 'permission_error'],
  ...['rate_limit_error', 'insufficient_quota', 'server_error'],
] as const;

/** The field to blame, where the kind says it. */
const params: Partial<Record<FailureKind, string>> = {
  conversation_empty: 'messages',
  context_overflow: 'messages',
  images_unsupported: 'messages',
  image_rejected: 'messages',
  model_not_served: 'model',
  model_does_not_chat: 'model',
  model_does_not_embed: 'model',
  input_rejected: 'input',
  input_too_long: 'input',
};

/** Seconds after which another try is likely to do better, where the provider names none. */
const waits: Partial<Record<FailureKind, number>> = {
  rate_limited: 5,
  throttled: 5,
  overloaded: 5,
  queue_full: 5,
  queue_timeout: 5,
  bodies_full: 2,
  draining: 1,
};

/** The body that tells of a failure. */
export function errorBody(failure: Failure, status: number = failure.row.status): ErrorBody {
  const { kind, sentence, param } = failure;
  return {
    error: {
      message: sentence,
      type: typeOf(kind, status),
      param: param ?? params[kind] ?? null,
      code: codeOf(kind),
    },
  };
}

function typeOf(kind: FailureKind, status: number): (typeof errorTypes)[number] {
  if (kind === 'quota_exhausted') return 'insufficient_quota';
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}

/**
 * Headers that OpenAI's clients go by. They ask twice more by themselves after 408, 409, 429 and 5xx,
 * on top of what has been tried here.
 */
export function errorHeaders(failure: Failure): Readonly<Record<string, string>> {
  const { kind, upstream, row } = failure;
  if (row.status !== 429 && row.status < 500) return {};
  const seconds = waits[kind];
  if (seconds !== undefined) {
    const asked = Math.ceil((upstream.retryAfterMs ?? 0) / 1000);
    return { 'retry-after': String(Math.max(seconds, asked)) };
  }
  // A model that wrote no JSON may do so the next time, which is the caller's to pay.
  const mayHelp = row.retry.includes('here') || kind === 'answer_not_json';
  return mayHelp ? {} : { 'x-should-retry': 'false' };
}
