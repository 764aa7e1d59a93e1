// The table of everything that can go wrong: its name, FastChat's code and what the user is told.

import { ModelError, type ModelFailureKind, type UpstreamDetail } from '../model/model-error.ts';
import { type ErrorCode, errorCodes } from '../protocol/error-code.ts';
import { type ErrorReply, errorReply } from '../protocol/frames.ts';
import { RequestError } from '../protocol/requests.ts';

/** Failures of this worker's own making, next to those of the model. */
type WorkerFailureKind =
  | 'request_invalid'
  | 'request_too_large'
  | 'conversation_empty'
  | 'model_not_served'
  | 'queue_full'
  | 'queue_timeout'
  | 'draining'
  | 'generation_timeout'
  | 'internal_error';

export type FailureKind = ModelFailureKind | WorkerFailureKind;

interface FailureRow {
  readonly code: ErrorCode;
  /** For the end user, in Chinese and English: no code, no key, nothing the upstream wrote. */
  readonly sentence: string;
}

const busy = 'GLM 正忙，请稍后再试。 GLM is busy, please try again in a moment.';
const broken =
  '回答因上游故障而中断，请重试。 The answer was interrupted by an upstream fault, please try again.';
const account =
  '模型服务的密钥或账户有问题，请联系管理员。 The key or account of the model service was refused, please tell the administrator.';

/** One row per failure; the key is its name in logs, metrics and on the wire. */
export const failures: Readonly<Record<FailureKind, FailureRow>> = {
  request_invalid: {
    code: errorCodes.VALIDATION_TYPE_ERROR,
    sentence: '请求格式不正确。 The request is not valid.',
  },
  request_too_large: {
    code: errorCodes.VALIDATION_TYPE_ERROR,
    sentence: '请求过大。 The request is too large.',
  },
  conversation_empty: {
    code: errorCodes.VALIDATION_TYPE_ERROR,
    sentence: '对话中没有用户消息。 The conversation has no user message with text in it.',
  },
  key_missing: { code: errorCodes.INVALID_AUTH_KEY, sentence: account },
  key_invalid: { code: errorCodes.INCORRECT_AUTH_KEY, sentence: account },
  no_permission: { code: errorCodes.NO_PERMISSION, sentence: account },
  model_not_served: {
    code: errorCodes.INVALID_MODEL,
    sentence: '此处不提供该模型。 This model is not served here.',
  },
  model_unknown: {
    code: errorCodes.INVALID_MODEL,
    sentence:
      'GLM 不提供该模型，请联系管理员。 GLM does not offer this model, please tell the administrator.',
  },
  parameter_rejected: {
    code: errorCodes.PARAM_OUT_OF_RANGE,
    sentence: 'GLM 拒绝了请求参数。 GLM refused the parameters of the request.',
  },
  content_blocked: {
    code: errorCodes.PARAM_OUT_OF_RANGE,
    sentence: '内容未通过 GLM 的安全审核。 The content was stopped by the safety review of GLM.',
  },
  context_overflow: {
    code: errorCodes.CONTEXT_OVERFLOW,
    sentence:
      '对话超出模型的上下文长度，请缩短后重试。 The conversation is longer than the model can read, please shorten it.',
  },
  rate_limited: { code: errorCodes.RATE_LIMIT, sentence: busy },
  quota_exhausted: {
    code: errorCodes.QUOTA_EXCEEDED,
    sentence:
      '模型服务的额度已用完，请联系管理员。 The quota of the model service is used up, please tell the administrator.',
  },
  overloaded: { code: errorCodes.ENGINE_OVERLOADED, sentence: busy },
  queue_full: { code: errorCodes.ENGINE_OVERLOADED, sentence: busy },
  queue_timeout: { code: errorCodes.ENGINE_OVERLOADED, sentence: busy },
  draining: {
    code: errorCodes.ENGINE_OVERLOADED,
    sentence: '服务正在重启，请重试。 The service is restarting, please try again.',
  },
  generation_timeout: {
    code: errorCodes.INTERNAL_ERROR,
    sentence: '回答用时过长，已被终止。 The answer took too long and was ended.',
  },
  upstream_unreachable: {
    code: errorCodes.INTERNAL_ERROR,
    sentence:
      '无法连接模型服务，请稍后再试。 The model service cannot be reached, please try again later.',
  },
  upstream_timeout: {
    code: errorCodes.INTERNAL_ERROR,
    sentence:
      '模型服务没有及时响应，请重试。 The model service did not respond in time, please try again.',
  },
  upstream_error: { code: errorCodes.INTERNAL_ERROR, sentence: broken },
  upstream_refused: { code: errorCodes.INTERNAL_ERROR, sentence: broken },
  upstream_malformed: { code: errorCodes.INTERNAL_ERROR, sentence: broken },
  upstream_cut: { code: errorCodes.INTERNAL_ERROR, sentence: broken },
  internal_error: {
    code: errorCodes.INTERNAL_ERROR,
    sentence: '服务内部错误。 The service failed, please tell the administrator.',
  },
};

/** A failure on its way to a caller and to the log. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: FailureKind;
  /** The provider's side of it, for the log. */
  readonly upstream: UpstreamDetail;
  /** Added to the table's sentence where the caller can use it: a field, a limit, a time. */
  readonly hint: string;

  constructor(
    kind: FailureKind,
    detail: { hint?: string; upstream?: UpstreamDetail; cause?: unknown } = {},
  ) {
    super(kind, { cause: detail.cause });
    this.kind = kind;
    this.upstream = detail.upstream ?? {};
    this.hint = detail.hint ?? '';
  }

  get code(): ErrorCode {
    return failures[this.kind].code;
  }

  /** What a caller is told. */
  get reply(): ErrorReply {
    const { code, sentence } = failures[this.kind];
    return errorReply(code, this.kind, this.hint === '' ? sentence : `${sentence} (${this.hint})`);
  }
}

/** The row of any error at all; what nobody foresaw is an `internal_error`, its cause kept. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof RequestError) return new Failure('request_invalid', { hint: error.message });
  if (error instanceof ModelError) {
    const { kind, upstream, cause } = error;
    const hint = upstream.resetsAt ?? '';
    return new Failure(kind, { hint, upstream, cause });
  }
  return new Failure('internal_error', { cause: error });
}
