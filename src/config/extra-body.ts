// What `extra_body` of MODELS_FILE may hold: fields of GLM's chat endpoint that FastChat cannot send.

import { z } from 'zod';

const text = z.string().min(1);

/** Fields that the worker writes, or that have a key of their own, and what to do instead. */
const OWNED = {
  model: 'use the key version of the entry',
  messages: "are the caller's",
  stream: 'is always on',
  stop: "is the caller's",
  request_id: 'must be another one for each request, which the worker sees to',
  temperature: 'use the key temperature of the entry',
  thinking: 'use the key thinking of the entry',
  reasoning_effort: 'use the key reasoning_effort of the entry',
  tool_stream: 'is for function calls, which nobody here would answer',
} as const;

const refused = (because: string) =>
  z
    .unknown()
    .refine((value) => value === undefined, because)
    .optional();

const SEARCH_ENGINES = [
  ...(['search_std', 'search_pro', 'search_pro_sogou'] as const),
  ...(['search_pro_quark', 'search_pro_jina', 'search_pro_bing'] as const),
];

/** GLM's own search (page "chat completion"); sources come only with `search_result`. */
const webSearch = z.strictObject({
  type: z.literal('web_search'),
  web_search: z.strictObject({
    enable: z.boolean().optional(),
    search_engine: z.enum(SEARCH_ENGINES).optional(),
    search_query: text.optional(),
    search_intent: z.union([z.boolean(), text], 'must be true or false').optional(),
    count: z.number().int().min(1).max(50).optional(),
    search_domain_filter: text.optional(),
    search_recency_filter: z
      .enum(['oneDay', 'oneWeek', 'oneMonth', 'oneYear', 'noLimit'])
      .optional(),
    content_size: z.enum(['medium', 'high']).optional(),
    result_sequence: z.enum(['before', 'after']).optional(),
    search_result: z.boolean().optional(),
    require_search: z.boolean().optional(),
    search_prompt: text.optional(),
  }),
});

/** A knowledge base of the account. */
const retrieval = z.strictObject({
  type: z.literal('retrieval'),
  retrieval: z.strictObject({ knowledge_id: text, prompt_template: text.optional() }),
});

/** A server of tools that GLM calls itself. */
const mcp = z.strictObject({
  type: z.literal('mcp'),
  mcp: z.strictObject({
    server_label: text,
    server_url: text.optional(),
    transport_type: z.enum(['sse', 'streamable-http']).optional(),
    allowed_tools: z.array(text).optional(),
  }),
});

const TOOL = 'must be web_search, retrieval or mcp: nobody here would answer a function call';

/** Pages "chat completion" and "core parameters"; the rest is known from the vendor's SDK. */
export const extraBodySchema = z.strictObject({
  user_id: z.string().min(6).max(128).optional(),
  response_format: z.strictObject({ type: z.enum(['text', 'json_object']) }).optional(),
  tools: z
    .array(z.discriminatedUnion('type', [webSearch, retrieval, mcp], TOOL))
    .max(128)
    .optional(),
  tool_choice: z.literal('auto').optional(),
  do_sample: z.boolean().optional(),
  seed: z.number().int().optional(),
  top_p: z.number().min(0.01).max(1).optional(),
  max_tokens: z.number().int().min(1).max(131_072).optional(),
  sensitive_word_check: z
    .strictObject({ type: z.literal('ALL'), status: z.enum(['ENABLE', 'DISABLE']) })
    .optional(),
  meta: z
    .strictObject({
      user_info: z.string().optional(),
      user_name: z.string().optional(),
      bot_info: z.string().optional(),
      bot_name: z.string().optional(),
    })
    .optional(),
  /** What CodeGeeX is to complete. */
  extra: z.record(z.string(), z.unknown()).optional(),
  watermark_enabled: z.boolean().optional(),
  ...Object.fromEntries(Object.entries(OWNED).map(([field, why]) => [field, refused(why)])),
});

/** Fields that a request to GLM has where it says nothing else. */
export type ExtraBody = Readonly<Record<string, unknown>>;
