// What is said of each failure: to the end user in two languages, and to the operator.

import type { FailureKind } from './kinds.ts';

export interface FailureWords {
  /** For the end user, in Chinese and English: no code, no key, nothing the upstream wrote. */
  readonly sentence: string;
  /** For the operator, in the log and the documentation: what to do about it. */
  readonly remedy: string;
}

const busy = 'GLM 正忙，请稍后再试。 GLM is busy, please try again in a moment.';
const queued =
  '排队的请求过多，请稍后再试。 Too many requests are waiting here, please try again in a moment.';
const broken =
  '回答因上游故障而中断，请重试。 ' +
  'The answer was interrupted by a fault of the model service, please try again.';
const account =
  '模型服务的密钥或账户有问题，请联系管理员。 ' +
  'The key or account of the model service was refused, please tell the administrator.';

export const failureWords: Readonly<Record<FailureKind, FailureWords>> = {
  request_invalid: {
    sentence: '请求格式不正确。 The request is not valid.',
    remedy:
      'the caller sent something that its own protocol does not have; the hint names the field',
  },
  request_too_large: {
    sentence: '请求过大。 The request is too large.',
    remedy: 'raise BODY_LIMIT if such requests are meant to be served',
  },
  page_refused: {
    sentence: '不接受来自其他网页的请求。 Requests from web pages are not accepted here.',
    remedy: 'a web page of another origin called this worker from a browser; programs are answered',
  },
  host_refused: {
    sentence: '不接受该主机名的请求。 Requests under this host name are not accepted here.',
    remedy: 'if a proxy on this machine asks under that name, add it to ALLOWED_HOSTS',
  },
  credentials_refused: {
    sentence: '需要用户名和密码。 A user name and a password are required here.',
    remedy:
      'callers need user and password of WORKER_ADDRESS: FastChat sends them by itself once it has ' +
      'the address from the controller; a proxy in between has to pass Authorization on',
  },
  api_key_refused: {
    sentence: '密钥未被接受。 The key of this request was not accepted.',
    remedy: 'give the caller one of API_KEYS: OpenAI clients send it as Authorization: Bearer',
  },
  conversation_empty: {
    sentence: '对话中没有内容。 There is nothing in the conversation to answer.',
    remedy: 'the client has to send some text; GLM was not asked',
  },
  key_missing: {
    sentence: account,
    remedy: 'something between here and GLM removes the Authorization header: check the proxy',
  },
  key_invalid: {
    sentence: account,
    remedy:
      'check ZHIPUAI_API_KEY, and that it belongs to ZHIPUAI_BASE_URL: keys of open.bigmodel.cn ' +
      'and of api.z.ai are not the same',
  },
  no_permission: {
    sentence: account,
    remedy: 'the account may not use this API or plan: see the GLM code in the log line',
  },
  model_not_permitted: {
    sentence: account,
    remedy: 'the plan of the account does not include this model: change the plan or the model',
  },
  model_not_served: {
    sentence: '此处不提供该模型。 This model is not served here.',
    remedy: 'add the name to MODEL_NAMES, or correct it at the caller',
  },
  model_does_not_chat: {
    sentence: '该模型只生成 embedding 向量，不能对话。 This model makes embeddings, does not chat.',
    remedy: 'ask one of the chat models, which the sentence names',
  },
  model_does_not_embed: {
    sentence: '该模型用于对话，不生成 embedding 向量。 This model chats, does not make embeddings.',
    remedy: 'ask an embedding model, or set embed_model for the name in MODELS_FILE',
  },
  model_unknown: {
    sentence:
      'GLM 不提供该模型，请联系管理员。 ' +
      'GLM does not offer this model, please tell the administrator.',
    remedy: 'GLM retired or never had the model: set another one with GLM_MODEL or MODEL_NAMES',
  },
  parameter_rejected: {
    sentence: 'GLM 拒绝了请求参数。 GLM refused the parameters of the request.',
    remedy: 'the log line has the words of GLM; for a model not in the catalogue set MODELS_FILE',
  },
  content_blocked: {
    sentence: '内容未通过 GLM 的安全审核。 The content was stopped by the safety review of GLM.',
    remedy: 'nothing to do here: the text of the user or of the answer was blocked',
  },
  images_unsupported: {
    sentence: '该模型不支持图片。 This model does not support images.',
    remedy: 'serve a vision model and let the client choose it',
  },
  image_rejected: {
    sentence: '图片不符合要求。 An image does not meet the requirements of the model.',
    remedy: 'the hint says which image and why',
  },
  input_rejected: {
    sentence: '有输入不符合要求。 An input does not meet the requirements of the model.',
    remedy: 'the hint names the input by its index, counted from 0',
  },
  input_too_long: {
    sentence: '有输入过长。 An input is longer than the model can read.',
    remedy: 'the hint names the input by its index, counted from 0: split that text',
  },
  context_overflow: {
    sentence:
      '对话超出模型的上下文长度，请缩短后重试。 ' +
      'The conversation is longer than the model can read, please shorten it.',
    remedy: 'if it happens often, CONTEXT_LEN is larger than the window of the model: use auto',
  },
  rate_limited: {
    sentence: busy,
    remedy: 'the account is at its limit of requests: raise its level or lower the concurrency',
  },
  throttled: {
    sentence: busy,
    remedy: 'GLM refused with HTTP 429 and a code that is not known here: see the log line',
  },
  quota_exhausted: {
    sentence:
      '模型服务的额度已用完，请联系管理员。 ' +
      'The quota of the model service is used up, please tell the administrator.',
    remedy:
      'top up the account or wait for the reset that the log line names; code 1113 also comes for ' +
      'a coding-plan key at the general address: its base URL ends in /api/coding/paas/v4',
  },
  overloaded: {
    sentence: busy,
    remedy: 'GLM sheds load for this model: wait, or name another one as its fallback',
  },
  bodies_full: {
    sentence: queued,
    remedy:
      'the bodies of all requests are larger than a tenth of the heap: give the process more ' +
      'memory (--max-old-space-size) or lower BODY_LIMIT',
  },
  queue_full: {
    sentence: queued,
    remedy:
      'QUEUE_LIMIT requests wait already: raise it, LIMIT_WORKER_CONCURRENCY, or add accounts',
  },
  queue_timeout: {
    sentence: queued,
    remedy: 'waited for QUEUE_TIMEOUT: raise it, LIMIT_WORKER_CONCURRENCY, or add accounts',
  },
  draining: {
    sentence: '服务正在重启，请重试。 The service is restarting, please try again.',
    remedy: 'nothing to do: this worker was told to stop',
  },
  generation_timeout: {
    sentence: '回答用时过长，已被终止。 The answer took too long and was ended.',
    remedy: 'raise GENERATION_TIMEOUT if answers may take so long',
  },
  template_stale: {
    sentence:
      '服务的对话模板已更换，请联系管理员。 ' +
      'The conversation template has changed, please tell the administrator.',
    remedy:
      'restart the FastChat API server: it renders prompts with a template of another key or ' +
      'FENCE_SECRET, and keeps it until then',
  },
  upstream_unreachable: {
    sentence:
      '无法连接模型服务，请稍后再试。 The model service cannot be reached, please try again later.',
    remedy:
      'check ZHIPUAI_BASE_URL, DNS, HTTPS_PROXY and the network between here and GLM; for a ' +
      'certificate of your own authority set NODE_EXTRA_CA_CERTS',
  },
  upstream_timeout: {
    sentence:
      '模型服务没有及时响应，请重试。 The model service did not respond in time, please try again.',
    remedy: 'GLM was silent for longer than UPSTREAM_FIRST_BYTE_TIMEOUT or UPSTREAM_IDLE_TIMEOUT',
  },
  upstream_error: {
    sentence: broken,
    remedy: 'GLM failed: give its request id from the log line to its support if it goes on',
  },
  upstream_refused: {
    sentence: broken,
    remedy: 'GLM refused with a code that is not known here: see the log line',
  },
  address_wrong: {
    sentence:
      '模型服务的地址不正确，请联系管理员。 ' +
      'The address of the model service is wrong, please tell the administrator.',
    remedy:
      'nothing answers at this path: ZHIPUAI_BASE_URL must end in /api/paas/v4 or ' +
      '/api/coding/paas/v4',
  },
  upstream_malformed: {
    sentence: broken,
    remedy: 'what answers at ZHIPUAI_BASE_URL does not speak the GLM API: check the address',
  },
  upstream_cut: {
    sentence: broken,
    remedy: 'the connection to GLM broke within an answer: check the network if it goes on',
  },
  upstream_aborted: {
    sentence: broken,
    remedy: 'GLM ended the answer with a reason that is no success: the log line has its word',
  },
  answer_empty: {
    sentence: '模型没有给出回答，请重试。 The model gave no answer, please try again.',
    remedy: 'GLM ended an answer with nothing in it; on a coding plan this is its limit of use',
  },
  answer_not_json: {
    sentence: '模型的回答不是有效的 JSON，请重试。 The answer is not valid JSON, please try again.',
    remedy:
      'the model wrote something else although JSON was asked for: ask again, or another model',
  },
  internal_error: {
    sentence: '服务内部错误，请联系管理员。 The service failed, please tell the administrator.',
    remedy: 'a defect of this worker: please report the log line',
  },
};
