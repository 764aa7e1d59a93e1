// What the Chinese pages say in the cells of tables that are made from the sources.

import type { FailureKind } from '../../src/failure/kinds.ts';
import type { Retry } from '../../src/failure/table.ts';

/** What each setting means, by its variable. */
export const settingMeanings: Readonly<Record<string, string>> = {
  HOST: '监听地址',
  PORT: '监听端口；0 = 任意空闲端口',
  CONTROLLER_ADDRESS: 'FastChat 控制器',
  WORKER_ADDRESS:
    '控制器告诉调用者的地址；不设则为 http://HOST:PORT；auto = 本机去往控制器时所用的地址；' +
    'HOST 为通配地址时必须给出',
  NO_REGISTER: '不用控制器',
  FASTCHAT_WORKER_HEART_BEAT_INTERVAL: '心跳间隔，秒',
  MODEL_NAMES:
    '逗号分隔的“名称”或“名称=GLM 模型”；名称本身是 GLM 模型 id 时就用该模型，其他单独的名称用 GLM_MODEL',
  GLM_MODEL: '没有指明模型的名称所用的 GLM 模型',
  MODELS_FILE: 'JSON 文件，各模型自己的设置；收到 SIGHUP 时重读',
  CONTEXT_LEN: '告诉 FastChat 的上下文长度，token；auto = 模型的真实长度',
  LIMIT_WORKER_CONCURRENCY:
    '同时发往 GLM 的最大请求数；auto 从 5 开始，自行探明 GLM 允许的数量，至多 256（套餐 coding plan 的地址保持为 5）',
  QUEUE_LIMIT: '最多排队的请求数',
  QUEUE_TIMEOUT: '最长排队时间，秒',
  CONV_TEMPLATE: 'zhipu = 与原 worker 相同；fenced = 带有任何文本都无法伪造的标记',
  FENCE_SECRET:
    'fenced 的标记由它导出；不设则由密钥导出；会更换密钥时请设置，因为 FastChat 会一直记住模板',
  THINKING: '模型回答前是否思考：auto = 由 GLM 决定，on，off',
  REASONING_EFFORT: '思考的力度，传给支持它的模型，并取该模型认识的最接近的一级',
  REASONING: 'hide = 隐藏思考过程；inline = 以 &lt;think>…&lt;/think> 放在回答之前',
  ERRORS:
    'frame = 失败以带错误码的帧结束；text = 失败以一句文字加 finish_reason stop 结束，给出错时什么也不显示的调用者用',
  TOKEN_COUNTER: 'local = 估算；upstream = 用 GLM 的分词接口，结果会记住',
  ZHIPUAI_API_KEY: '必填：密钥，形如 id.secret；不能用命令行参数给出',
  ZHIPUAI_BASE_URL: 'GLM API 地址',
  HTTPS_PROXY: '到 GLM 的 https 连接所用的代理；控制器总是直接连接',
  HTTP_PROXY: '到 GLM 的 http 连接所用的代理；没有设 HTTPS_PROXY 时 https 连接也用它',
  NO_PROXY: '不走代理的主机',
  GLM_AUTH: 'jwt = 由密钥签出的令牌；bearer = 直接用密钥',
  TOKEN_TTL: '令牌有效期，秒',
  UPSTREAM_CONNECT_TIMEOUT: '连接 GLM 的最长等待，秒',
  UPSTREAM_FIRST_BYTE_TIMEOUT: '等待 GLM 开始回答的最长时间，秒',
  UPSTREAM_IDLE_TIMEOUT: 'GLM 回答途中的最长停顿，秒',
  UPSTREAM_RETRIES: '第一次之后再试几次，只在首个 token 之前',
  GENERATION_TIMEOUT: '一次生成的最长时间，秒',
  WRITE_TIMEOUT: '调用者多久不收数据就断开，秒',
  KEEP_ALIVE_INTERVAL: '流中静默多久后重发目前全文，秒；0 = 从不',
  STREAM_INTERVAL: '每个流在这么多毫秒内至多发一帧；首个 token 立即发出；0 = 有文字就发',
  DRAIN_TIMEOUT: '收到 SIGTERM 后，正在进行的流还可以继续多久，秒',
  BODY_LIMIT: '请求体大小上限',
  ALLOWED_HOSTS: '监听回环地址时，除本机名称外还接受的主机名，供同一台机器上的代理使用',
  API_KEYS: '调用方的密钥，访问 /v1 时须以 Bearer 方式提供；逗号分隔',
  ALLOWED_ORIGINS: '允许调用 /v1 的网页来源，例如 https://chat.example.com；逗号分隔，或 *',
  SSL: '使用 SSL_KEYFILE 和 SSL_CERTFILE 提供 https 服务',
  SSL_KEYFILE: '私钥文件（PEM）',
  SSL_CERTFILE: '证书及其签发链文件（PEM）；收到 SIGHUP 时重新读取',
  OPENAI_API: '在 /v1 下提供 OpenAI 形式的接口：on、off，auto = 仅绑定回环地址或有访问保护时开启',
  METRICS: '在 /metrics 提供 Prometheus 指标：on、off，auto = 仅绑定回环地址或有访问保护时开启',
  STATUS_PAGE:
    '在 / 提供状态页，并提供 /status.json：on、off，auto = 仅绑定回环地址或有访问保护时开启',
  DOCS: '在 /docs 和 /openapi.json 提供 HTTP 接口说明：on、off，auto = 仅绑定回环地址或有访问保护时开启',
  LOG_LEVEL: '从此级别起，在 stderr 输出 JSON 日志',
};

/** What becomes of each field of a request, or why it goes nowhere. */
export const parameterUses: Readonly<Record<string, string>> = {
  model: '选择所服务的模型；没有给出时用第一个',
  prompt: '还原成它原来的消息列表',
  temperature: '0 变为 `do_sample: false`（贪心），其余限制在 0.01 到 0.99 之间，保留两位小数',
  top_p: '限制在 0.01 到 0.99 之间，保留两位小数',
  max_new_tokens: '取整，至少 1，截断到模型的最大输出',
  stop: '在这里执行（模板自己的 `###` 除外）；GLM 接受多少就转发多少',
  echo: '为真时，补全结果以提示词开头',
  images: '放回各自的占位处，给支持图片的模型',
  top_k: '丢弃：GLM 没有此参数',
  presence_penalty: '丢弃：GLM 没有此参数',
  frequency_penalty: '丢弃：GLM 没有此参数',
  repetition_penalty: '丢弃：GLM 没有此参数',
  stop_token_ids: '丢弃：是别的模型词表里的编号',
  logprobs: '丢弃：GLM 不提供',
  best_of: '丢弃：GLM 每次请求只给一个回答',
  use_beam_search: '丢弃：GLM 没有此参数',
};

/** Who has to act. */
export const faults = { caller: '调用者', operator: '运维者', provider: 'GLM' } as const;

/** What may follow a failed attempt. */
export const retries: Readonly<Record<Retry | 'never', string>> = {
  amended: '改正后一次',
  here: '原账户',
  load: '原账户，按限流的规则',
  other_account: '换账户',
  fallback: '后备模型',
  never: '否',
};

/** What the operator can do about each failure. */
export const remedies: Readonly<Record<FailureKind, string>> = {
  request_invalid: '调用者发来了其协议中没有的内容；提示里写明是哪个字段',
  request_too_large: '确实要接受这样的请求时，调大 BODY_LIMIT',
  page_refused: '有别的网站的网页从浏览器里调用了这个 worker；程序的请求照常回答',
  host_refused: '如果是本机上的代理以该名称来问，把名称加进 ALLOWED_HOSTS',
  credentials_refused:
    '调用方需要 WORKER_ADDRESS 中的用户名和密码：FastChat 从 controller 得到该地址后会自动带上；中间的代理须原样转发 Authorization',
  api_key_refused:
    '请给调用方 API_KEYS 中的一个密钥：OpenAI 客户端以 Authorization: Bearer 方式发送',
  conversation_empty: '客户端要发一些文字；没有问过 GLM',
  key_missing: '到 GLM 的路上有东西去掉了 Authorization 头：检查代理',
  key_invalid:
    '检查 ZHIPUAI_API_KEY，以及它与 ZHIPUAI_BASE_URL 是否同属一处：open.bigmodel.cn 和 api.z.ai 的密钥不通用',
  no_permission: '账户不能用这个 API 或套餐：看日志行里的 GLM 错误码',
  model_not_permitted: '账户的套餐不含这个模型：换套餐或换模型',
  model_not_served: '把名称加进 MODEL_NAMES，或在调用者那里改正',
  model_does_not_chat: '请求提示中列出的对话模型',
  model_does_not_embed: '请求 embedding 模型，或在 MODELS_FILE 中为该名称设置 embed_model',
  model_unknown: 'GLM 已下线或从来没有这个模型：用 GLM_MODEL 或 MODEL_NAMES 换一个',
  parameter_rejected: '日志行里有 GLM 的原话；模型不在目录里时写一份 MODELS_FILE',
  content_blocked: '这里无可处理：用户的文字或回答被审核拦下',
  images_unsupported: '提供一个视觉模型，并让客户端选它',
  image_rejected: '提示里写明是哪张图、为什么',
  input_rejected: '提示里写明是第几个输入，从 0 数起',
  input_too_long: '提示里写明是第几个输入，从 0 数起：把那段文字分开',
  context_overflow: '如果常发生，说明 CONTEXT_LEN 比模型的窗口大：用 auto',
  rate_limited: '账户的请求数到了上限：提高账户级别，或降低并发',
  throttled: 'GLM 以 HTTP 429 和一个未知的错误码拒绝：看日志行',
  quota_exhausted:
    '给账户充值，或等到日志行里写的重置时间；coding plan 的密钥用在通用地址上也会得到 1113：' +
    '它的地址以 /api/coding/paas/v4 结尾',
  overloaded: 'GLM 对这个模型限流：等待，或给它指定一个后备模型（fallback）',
  bodies_full:
    '所有请求体加起来超过了堆的十分之一：给进程更多内存（--max-old-space-size），或调小 BODY_LIMIT',
  queue_full: '已有 QUEUE_LIMIT 个请求在排队：调大它或 LIMIT_WORKER_CONCURRENCY，或增加账户',
  queue_timeout: '排队超过了 QUEUE_TIMEOUT：调大它或 LIMIT_WORKER_CONCURRENCY，或增加账户',
  draining: '不必处理：这个 worker 正在优雅关闭',
  generation_timeout: '回答确实可以这么久时，调大 GENERATION_TIMEOUT',
  template_stale:
    '重启 FastChat 的 API 服务器：它还在用另一个密钥或 FENCE_SECRET 的模板，并会一直用到重启',
  upstream_unreachable:
    '检查 ZHIPUAI_BASE_URL、DNS、HTTPS_PROXY 和到 GLM 的网络；证书由自己的机构签发时设置 NODE_EXTRA_CA_CERTS',
  upstream_timeout: 'GLM 静默的时间超过了 UPSTREAM_FIRST_BYTE_TIMEOUT 或 UPSTREAM_IDLE_TIMEOUT',
  upstream_error: 'GLM 出错：持续如此时，把日志行里的请求 ID 交给它的客服',
  upstream_refused: 'GLM 以一个未知的错误码拒绝：看日志行',
  address_wrong: '这个路径上没有服务：ZHIPUAI_BASE_URL 应以 /api/paas/v4 结尾',
  upstream_malformed: 'ZHIPUAI_BASE_URL 处应答的不是 GLM API：检查地址',
  upstream_cut: '到 GLM 的连接在回答途中断开：持续如此时检查网络',
  upstream_aborted: 'GLM 以一个不表示成功的原因结束了回答：日志行里有它的原词',
  answer_empty: 'GLM 给了一个空的回答；对 coding plan 来说，这表示用量到了上限',
  answer_not_json: '要求的是 JSON，模型却写了别的内容：再问一次，或换一个模型',
  internal_error: '这个 worker 的缺陷：请把日志行报给我们',
};

/** What each check of `doctor` looks at, by its id. */
export const checkTitles: Readonly<Record<string, string>> = {
  settings: '参数、变量、.env 和 MODELS_FILE，以及每个设置来自哪里',
  node: 'Node.js 的版本',
  key: '密钥的格式',
  models: '所提供的名称、其后的 GLM 模型、GLM 已不再列出的模型',
  proxy: 'HTTPS_PROXY、HTTP_PROXY 和 NO_PROXY，对 worker 以及在同一环境里启动的程序',
  tls: 'NODE_EXTRA_CA_CERTS、NODE_TLS_REJECT_UNAUTHORIZED，以及 SSL 对 FastChat 的要求',
  listen: '端口是否空闲，或这个 worker 已在那里运行',
  glm: '能否连上 GLM：域名、网络、代理、证书',
  clock: '本机时钟与 GLM 相比',
  account: 'GLM 是否接受密钥、是否列出这些模型（不收费）',
  controller: 'FastChat 的控制器是否应答，而不是别的服务器',
  reach: '控制器能否连上这个 worker，用一次不留痕迹的注册来试',
  names: '名称是否已注册、由谁注册',
  chat: '向每个密钥的每个模型问一个短问题（消耗少量 token；只在 --chat 时）',
};
