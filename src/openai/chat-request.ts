// The body of `/v1/chat/completions`: every field, what becomes of it, and what it may hold.

import { z } from 'zod';
import { EFFORTS } from '../model/chat-model.ts';
import { listOf, optional, stopStrings } from '../schema/pieces.ts';
import { honoured, ignored, refused, translated } from './field-facts.ts';
import { message } from './message-schema.ts';
import { jsonObject, TOOLS_LIMIT, tool } from './tool-schema.ts';

const flag = optional(z.boolean());
const number = optional(z.number());

const responseFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    json_schema: z.object({
      name: optional(z.string()),
      description: optional(z.string()),
      schema: optional(jsonObject),
    }),
  }),
]);

const thinking = z.object({
  type: optional(z.enum(['enabled', 'disabled'])),
  clear_thinking: flag,
});

/** What changes nothing, whichever of these is said. */
const only = <Value extends string | number | boolean>(expected: string, ...values: Value[]) =>
  optional(z.literal(values, `expected ${expected}`));

const NO_PARAMETER = 'GLM has no such parameter';
const NOT_KEPT = 'nothing is stored here';

/**
 * Fields that are not listed are ignored. The order is that of the page in docs.
 * Reference: the page "Create chat completion" of OpenAI's API.
 */
export const chatRequest = z.object({
  model: honoured(optional(z.string()), 'chooses the served model; absent means the first one'),
  messages: translated(
    listOf(message).refine((messages) => messages.length > 0, 'expected at least one message'),
    'roles, tool calls and results, text and image parts; `developer` becomes `system`; blank ' +
      'messages are left out; `reasoning` counts as `reasoning_content`; names are ignored',
  ),
  stream: honoured(flag, 'server-sent events, ended by `[DONE]`'),
  stream_options: honoured(
    optional(z.object({ include_usage: flag })),
    '`include_usage` adds a last chunk with `choices: []`; the rest is ignored',
  ),
  max_completion_tokens: translated(number, "`max_tokens`, brought into the model's range"),
  max_tokens: translated(number, 'the same; `max_completion_tokens` wins'),
  temperature: translated(number, 'brought into the range of GLM; 0 is greedy'),
  top_p: translated(number, 'brought into the range of GLM'),
  stop: honoured(stopStrings, 'up to 256 strings, enforced here'),
  tools: honoured(
    optional(
      listOf(tool).refine(
        (tools) => tools.length <= TOOLS_LIMIT,
        `expected at most ${TOOLS_LIMIT} tools`,
      ),
    ),
    `functions, and GLM's own kinds as they are; at most ${TOOLS_LIMIT}; \`strict\` is ignored`,
  ),
  tool_choice: refused(
    only('"auto" or "none": GLM knows no other', 'auto', 'none'),
    '`auto` is what GLM does, `none` leaves the tools out, anything else is an error',
  ),
  parallel_tool_calls: ignored('GLM decides'),
  response_format: translated(
    optional(responseFormat),
    '`json_schema` becomes `json_object` with the schema as an instruction, and the answer is ' +
      'checked to be JSON',
  ),
  reasoning_effort: translated(
    optional(z.enum(EFFORTS)),
    'the nearest level that the model knows; `none` also switches thinking off',
  ),
  user: translated(optional(z.string()), '`user_id`, if it has 6 to 128 characters'),
  thinking: honoured(optional(thinking), "GLM's own: `type` and `clear_thinking`"),
  do_sample: translated(flag, "GLM's own: false is greedy, as temperature 0"),
  tool_stream: honoured(flag, "GLM's own: arguments of tool calls come in pieces"),
  n: refused(only('1: GLM gives one answer', 1), 'GLM gives one answer, so only 1 is taken'),
  logprobs: refused(only('false: GLM reports none', false), 'GLM reports none'),
  top_logprobs: refused(only('0: GLM reports none', 0), 'GLM reports none'),
  functions: refused(optional(z.never('replaced by tools')), 'replaced by `tools` long ago'),
  function_call: refused(
    optional(z.never('replaced by tool_choice')),
    'replaced by `tool_choice` long ago',
  ),
  modalities: refused(
    optional(z.tuple([z.literal('text')], 'expected ["text"]: GLM writes text here')),
    'only `["text"]`',
  ),
  audio: ignored('see `modalities`'),
  presence_penalty: ignored(NO_PARAMETER),
  frequency_penalty: ignored(NO_PARAMETER),
  logit_bias: ignored("ids of another model's vocabulary"),
  seed: ignored(NO_PARAMETER),
  metadata: ignored(NOT_KEPT),
  store: ignored(NOT_KEPT),
  service_tier: ignored(NO_PARAMETER),
  prediction: ignored(NO_PARAMETER),
  verbosity: ignored(NO_PARAMETER),
  safety_identifier: ignored('use `user`'),
  prompt_cache_key: ignored('GLM caches by itself'),
  web_search_options: ignored("GLM's own search is a tool of the type `web_search`"),
});

export type ChatCompletionRequest = z.output<typeof chatRequest>;
