// What the pages about metrics add to the sources: the words in Chinese, and what OpenTelemetry's draft
// for generative AI and vLLM call the same thing.

export interface MetricWords {
  /** The meaning in Chinese. */
  readonly zh: string;
  /** Other names of it; they measure the same, with buckets and labels of their own. */
  readonly genAi?: readonly string[];
  readonly vllm?: readonly string[];
}

/** By the name of the metric. */
export const metricWords: Readonly<Record<string, MetricWords>> = {
  glm_worker_requests_total: {
    zh: '已结束的请求，按结果分：done（完成）、left（调用者离开），或失败的名称',
    vllm: ['vllm:request_success_total'],
  },
  glm_worker_request_duration_seconds: {
    zh: '从请求到达到回答结束；只计已回答的请求',
    genAi: ['gen_ai.server.request.duration'],
    vllm: ['vllm:e2e_request_latency_seconds'],
  },
  glm_worker_queue_time_seconds: {
    zh: '从请求到达到第一次获准请求 GLM；没有获准的，到它结束',
    vllm: ['vllm:request_queue_time_seconds'],
  },
  glm_worker_time_to_first_text_seconds: {
    zh: '从对话到达到首个 token，含排队时间',
    genAi: ['gen_ai.server.time_to_first_token'],
    vllm: ['vllm:time_to_first_token_seconds'],
  },
  glm_worker_time_per_output_token_seconds: {
    zh: '首个 token 之后，每个 token 的间隔；只计 GLM 给出了 token 数的回答',
    genAi: ['gen_ai.server.time_per_output_token'],
    vllm: ['vllm:request_time_per_output_token_seconds'],
  },
  glm_worker_tokens_total: {
    zh: 'GLM 给出的 token 数：input 输入，output 输出；cached 是输入的一部分，reasoning 是输出的一部分',
    genAi: ['gen_ai.client.token.usage'],
    vllm: ['vllm:prompt_tokens_total', 'vllm:generation_tokens_total'],
  },
  glm_worker_upstream_requests_total: {
    zh: '已结束的对 GLM 的请求，按 GLM 模型分：ok、GLM 的错误码、http_4xx、http_5xx、connect、timeout、cut 或 other',
    genAi: ['gen_ai.client.operation.duration'],
  },
  glm_worker_upstream_first_byte_seconds: {
    zh: '到 GLM 接受对话（或答完 embedding 请求）为止；只计答完的请求',
    genAi: ['gen_ai.client.operation.time_to_first_chunk'],
  },
  glm_worker_upstream_retries_total: { zh: '失败后向同一模型再次发出的请求，按失败的名称分' },
  glm_worker_fallbacks_total: {
    zh: '转到另一个名称（fallback）的对话，按原因分：失败的名称、rests 或 outage',
  },
  glm_worker_requests_running: {
    zh: '已获准请求 GLM 的请求；embedding 每批各占一个',
    vllm: ['vllm:num_requests_running'],
  },
  glm_worker_requests_waiting: { zh: '正在排队的请求', vllm: ['vllm:num_requests_waiting'] },
  glm_worker_concurrency_limit: {
    zh: '据目前所知，GLM 允许一个账户在一个 GLM 模型上同时进行的请求数',
  },
  glm_worker_account_resting: { zh: '账户是否因 GLM 拒绝其密钥、权限或额度而暂停使用' },
  glm_worker_build_info: { zh: '总是 1：glm-worker 和 Node.js 的版本' },
  glm_worker_draining: { zh: 'worker 是否已被要求停止' },
  glm_worker_frames_total: { zh: '流中写出的帧' },
  glm_worker_sent_bytes_total: { zh: '这些帧的字节数' },
  glm_worker_token_renewals_total: { zh: '被 GLM 拒绝而重新签发的令牌' },
  glm_worker_auth_failures_total: { zh: '凭据或密钥缺失或错误的、对本 worker 的请求' },
  glm_worker_models_reload_timestamp_seconds: {
    zh: '最近一次读取 MODELS_FILE 的时间（启动时或收到 SIGHUP 时）',
  },
  glm_worker_models_reload_success: { zh: '那次读到的内容是否已生效；若否，仍用之前的模型' },
  glm_worker_registered: { zh: 'FastChat 控制器是否认识这个 worker' },
  glm_worker_heart_beat_accepted_timestamp_seconds: { zh: '控制器最近一次接受注册或心跳的时间' },
  glm_worker_heart_beat_failures_total: { zh: '失败的注册和心跳' },
  glm_worker_controller_forgot_total: { zh: '控制器答复不认识这个 worker 的心跳' },
  glm_worker_event_loop_active_seconds_total: {
    zh: '事件循环不空闲的时间：其增长率即利用率，1 = 没有余量',
  },
  process_cpu_user_seconds_total: { zh: '用户态 CPU 时间，秒' },
  process_cpu_system_seconds_total: { zh: '内核态 CPU 时间，秒' },
  process_cpu_seconds_total: { zh: '两者之和，秒' },
  process_start_time_seconds: { zh: '进程启动的时间' },
  process_resident_memory_bytes: { zh: '常驻内存，字节' },
  process_virtual_memory_bytes: { zh: '虚拟内存，字节' },
  process_heap_bytes: { zh: '进程堆，字节' },
  process_open_fds: { zh: '打开的文件描述符' },
  process_max_fds: { zh: '允许打开的文件描述符' },
  nodejs_eventloop_lag_seconds: { zh: '抓取那一刻事件循环的延迟，秒' },
  nodejs_eventloop_lag_min_seconds: { zh: '上次抓取以来的最小延迟' },
  nodejs_eventloop_lag_max_seconds: { zh: '上次抓取以来的最大延迟' },
  nodejs_eventloop_lag_mean_seconds: { zh: '上次抓取以来的平均延迟' },
  nodejs_eventloop_lag_stddev_seconds: { zh: '上次抓取以来延迟的标准差' },
  nodejs_eventloop_lag_p50_seconds: { zh: '延迟的第 50 百分位' },
  nodejs_eventloop_lag_p90_seconds: { zh: '延迟的第 90 百分位' },
  nodejs_eventloop_lag_p99_seconds: { zh: '延迟的第 99 百分位' },
  nodejs_heap_size_total_bytes: { zh: 'Node.js 堆的大小，字节' },
  nodejs_heap_size_used_bytes: { zh: 'Node.js 堆中已用的部分，字节' },
  nodejs_external_memory_bytes: { zh: 'Node.js 堆外内存，字节' },
  nodejs_gc_duration_seconds: { zh: '垃圾回收的时间，按种类分' },
};
