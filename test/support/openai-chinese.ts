// Chinese for the tables of docs/openai.zh.md that are made from the sources, by field.

export const fates: Readonly<Record<string, string>> = {
  honoured: '遵从',
  translated: '转换',
  refused: '拒绝',
  ignored: '忽略',
};

const NO_PARAMETER = 'GLM 没有此参数';
const NOT_KEPT = '这里不保存任何内容';

export const chatFieldUses: Readonly<Record<string, string>> = {
  model: '选择所服务的模型；没有给出时用第一个',
  messages:
    '角色、工具调用及其结果、文字和图片；`developer` 变为 `system`；空白消息会去掉；`reasoning` 视同 `reasoning_content`；名字忽略',
  stream: '服务器发送事件，以 `[DONE]` 结束',
  stream_options: '`include_usage` 增加最后一个 `choices: []` 的块；其余忽略',
  max_completion_tokens: '`max_tokens`，限制到模型的范围内',
  max_tokens: '同上；`max_completion_tokens` 优先',
  temperature: '限制到 GLM 的范围内；0 为贪心',
  top_p: '限制到 GLM 的范围内',
  stop: '最多 256 个，在这里执行',
  tools: '函数，以及 GLM 自己的种类（原样转发）；最多 128 个；`strict` 忽略',
  tool_choice: '`auto` 就是 GLM 的做法，`none` 不发送工具，其他值是错误',
  parallel_tool_calls: '由 GLM 决定',
  response_format: '`json_schema` 变为 `json_object`，schema 作为指令附上，并检查回答是否为 JSON',
  reasoning_effort: '模型支持的最接近的级别；`none` 同时关闭思考',
  user: '`user_id`，长度为 6 到 128 个字符时',
  thinking: 'GLM 自己的字段：`type` 和 `clear_thinking`',
  do_sample: 'GLM 自己的字段：false 为贪心，与温度 0 相同',
  tool_stream: 'GLM 自己的字段：工具调用的参数分段到达',
  n: 'GLM 只给一个回答，所以只接受 1',
  logprobs: 'GLM 不提供',
  top_logprobs: 'GLM 不提供',
  functions: '早已由 `tools` 取代',
  function_call: '早已由 `tool_choice` 取代',
  modalities: '只接受 `["text"]`',
  audio: '见 `modalities`',
  presence_penalty: NO_PARAMETER,
  frequency_penalty: NO_PARAMETER,
  logit_bias: '是别的模型词表里的编号',
  seed: NO_PARAMETER,
  metadata: NOT_KEPT,
  store: NOT_KEPT,
  service_tier: NO_PARAMETER,
  prediction: NO_PARAMETER,
  verbosity: NO_PARAMETER,
  safety_identifier: '请用 `user`',
  prompt_cache_key: 'GLM 自行缓存',
  web_search_options: 'GLM 自己的搜索是类型为 `web_search` 的工具',
};

export const embeddingsFieldUses: Readonly<Record<string, string>> = {
  model: '选择所服务的模型；没有给出时用第一个',
  input: '一段文字，或最多 2048 段；token 编号是错误',
  encoding_format: '`float` 或 `base64`',
  dimensions: '模型支持的长度；没有给出时按设置',
  user: 'GLM 的接口没有此参数',
};
