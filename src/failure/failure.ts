// The table of everything that can go wrong: its name, FastChat's code and what the user is told.

import { type ErrorReply, errorReply } from '../fastchat/frames.ts';
import { RequestError } from '../fastchat/requests.ts';
import { ModelError, type ModelFailureKind, type UpstreamDetail } from '../model/model-error.ts';
import { type ErrorCode, errorCodes } from './error-codes.ts';

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
  | 'images_unsupported'
  | 'image_rejected'
  | 'input_rejected'
  | 'template_stale'
  | 'internal_error';

export type FailureKind = ModelFailureKind | WorkerFailureKind;

interface FailureRow {
  readonly code: ErrorCode;
  /** For the end user, in Chinese and English: no code, no key, nothing the upstream wrote. */
  readonly sentence: string;
  /** For the operator, in the log and the documentation: what to do about it. */
  readonly remedy: string;
}

const busy = 'GLM 正忙，请稍后再试。 GLM is busy, please try again in a moment.';
const broken =
  '回答因上游故障而中断，请重试。 The answer was interrupted by an upstream fault, please try again.';
const account =
  '模型服务的密钥或账户有问题，请联系管理员。 ' +
  'The key or account of the model service was refused, please tell the administrator.';

/** One row per failure; the key is its name in logs, metrics and on the wire. */
export const failures: Readonly<Record<FailureKind, FailureRow>> = {
  request_invalid: {
    code: errorCodes.VALIDATION_TYPE_ERROR,
    sentence: '请求格式不正确。 The request is not valid.',
    remedy: 'the caller sent something that FastChat would not send; the hint names the field',
  },
  request_too_large: {
    code: errorCodes.VALIDATION_TYPE_ERROR,
    sentence: '请求过大。 The request is too large.',
    remedy: 'raise BODY_LIMIT if such requests are meant to be served',
  },
  conversation_empty: {
    code: errorCodes.VALIDATION_TYPE_ERROR,
    sentence: '对话中没有用户消息。 The conversation has no user message with anything in it.',
    remedy: 'the client has to send at least one user message; GLM was not asked',
  },
  key_missing: {
    code: errorCodes.INVALID_AUTH_KEY,
    sentence: account,
    remedy: 'something between here and GLM removes the Authorization header: check the proxy',
  },
  key_invalid: {
    code: errorCodes.INCORRECT_AUTH_KEY,
    sentence: account,
    remedy: 'check ZHIPUAI_API_KEY, and the clock of this machine if the key is right',
  },
  no_permission: {
    code: errorCodes.NO_PERMISSION,
    sentence: account,
    remedy: 'the account may not use this API, model or plan: see the GLM code in the log line',
  },
  model_not_served: {
    code: errorCodes.INVALID_MODEL,
    sentence: '此处不提供该模型。 This model is not served here.',
    remedy: 'add the name to MODEL_NAMES, or correct it at the caller',
  },
  model_unknown: {
    code: errorCodes.INVALID_MODEL,
    sentence:
      'GLM 不提供该模型，请联系管理员。 ' +
      'GLM does not offer this model, please tell the administrator.',
    remedy: 'GLM retired or never had the model: set another one with GLM_MODEL or MODEL_NAMES',
  },
  parameter_rejected: {
    code: errorCodes.PARAM_OUT_OF_RANGE,
    sentence: 'GLM 拒绝了请求参数。 GLM refused the parameters of the request.',
    remedy: 'the log line has the words of GLM; for a model not in the catalogue set MODELS_FILE',
  },
  content_blocked: {
    code: errorCodes.PARAM_OUT_OF_RANGE,
    sentence: '内容未通过 GLM 的安全审核。 The content was stopped by the safety review of GLM.',
    remedy: 'nothing to do here: the text of the user or of the answer was blocked',
  },
  images_unsupported: {
    code: errorCodes.PARAM_OUT_OF_RANGE,
    sentence: '该模型不支持图片。 This model does not see images.',
    remedy: 'serve a vision model and let the client choose it',
  },
  image_rejected: {
    code: errorCodes.PARAM_OUT_OF_RANGE,
    sentence: '图片不符合要求。 An image does not meet the requirements of the model.',
    remedy: 'the hint says which image and why',
  },
  input_rejected: {
    code: errorCodes.PARAM_OUT_OF_RANGE,
    sentence: '有输入不符合要求。 An input does not meet the requirements of the model.',
    remedy: 'the hint names the input by its index, counted from 0',
  },
  context_overflow: {
    code: errorCodes.CONTEXT_OVERFLOW,
    sentence:
      '对话超出模型的上下文长度，请缩短后重试。 ' +
      'The conversation is longer than the model can read, please shorten it.',
    remedy: 'if it happens often, CONTEXT_LEN is larger than the window of the model: use auto',
  },
  rate_limited: {
    code: errorCodes.RATE_LIMIT,
    sentence: busy,
    remedy: 'the account is at its limit of requests: raise its level or lower the concurrency',
  },
  quota_exhausted: {
    code: errorCodes.QUOTA_EXCEEDED,
    sentence:
      '模型服务的额度已用完，请联系管理员。 ' +
      'The quota of the model service is used up, please tell the administrator.',
    remedy: 'top up the account or wait for the reset that the log line names',
  },
  overloaded: {
    code: errorCodes.ENGINE_OVERLOADED,
    sentence: busy,
    remedy: 'GLM sheds load for this model: wait, or serve another one',
  },
  queue_full: {
    code: errorCodes.ENGINE_OVERLOADED,
    sentence: busy,
    remedy: 'more callers than LIMIT_WORKER_CONCURRENCY and QUEUE_LIMIT allow: raise them or scale',
  },
  queue_timeout: {
    code: errorCodes.ENGINE_OVERLOADED,
    sentence: busy,
    remedy: 'waited for QUEUE_TIMEOUT: raise LIMIT_WORKER_CONCURRENCY or scale',
  },
  draining: {
    code: errorCodes.ENGINE_OVERLOADED,
    sentence: '服务正在重启，请重试。 The service is restarting, please try again.',
    remedy: 'nothing to do: this worker was told to stop',
  },
  generation_timeout: {
    code: errorCodes.INTERNAL_ERROR,
    sentence: '回答用时过长，已被终止。 The answer took too long and was ended.',
    remedy: 'raise GENERATION_TIMEOUT if answers may take so long',
  },
  template_stale: {
    code: errorCodes.INTERNAL_ERROR,
    sentence:
      '服务的对话模板已更换，请联系管理员。 ' +
      'The conversation template has changed, please tell the administrator.',
    remedy:
      'restart the FastChat API server: it renders prompts with a template of another key or ' +
      'FENCE_SECRET, and keeps it until then',
  },
  upstream_unreachable: {
    code: errorCodes.INTERNAL_ERROR,
    sentence:
      '无法连接模型服务，请稍后再试。 The model service cannot be reached, please try again later.',
    remedy: 'check ZHIPUAI_BASE_URL, DNS and the network between here and GLM',
  },
  upstream_timeout: {
    code: errorCodes.INTERNAL_ERROR,
    sentence:
      '模型服务没有及时响应，请重试。 The model service did not respond in time, please try again.',
    remedy: 'GLM was silent for longer than UPSTREAM_FIRST_BYTE_TIMEOUT or UPSTREAM_IDLE_TIMEOUT',
  },
  upstream_error: {
    code: errorCodes.INTERNAL_ERROR,
    sentence: broken,
    remedy: 'GLM failed: give its request id from the log line to its support if it goes on',
  },
  upstream_refused: {
    code: errorCodes.INTERNAL_ERROR,
    sentence: broken,
    remedy: 'GLM refused with a code that is not known here: see the log line',
  },
  upstream_malformed: {
    code: errorCodes.INTERNAL_ERROR,
    sentence: broken,
    remedy: 'what answers at ZHIPUAI_BASE_URL does not speak the GLM API: check the address',
  },
  upstream_cut: {
    code: errorCodes.INTERNAL_ERROR,
    sentence: broken,
    remedy: 'the connection to GLM broke within an answer: check the network if it goes on',
  },
  internal_error: {
    code: errorCodes.INTERNAL_ERROR,
    sentence: '服务内部错误。 The service failed, please tell the administrator.',
    remedy: 'a defect of this worker: please report the log line',
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

  get remedy(): string {
    return failures[this.kind].remedy;
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
