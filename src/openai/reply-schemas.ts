// The replies below /v1 as schemas, for the description of the API; tests hold them against real bytes.

import { z } from 'zod';
import { errorCodes, errorTypes } from './errors.ts';

const count = z.int().min(0);

/** What a chat cost; the details as far as GLM tells them. */
const usage = z.strictObject({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  prompt_tokens_details: z.strictObject({ cached_tokens: count }).optional(),
  completion_tokens_details: z.strictObject({ reasoning_tokens: count }).optional(),
});

const finishReason = z.enum(['stop', 'length', 'tool_calls', 'content_filter']);

/** What a reply and all chunks of a stream have in common. */
const head = {
  id: z.string(),
  created: z.int().describe('Seconds since the epoch.'),
  model: z.string().describe('The name that was asked for.'),
};

/** What every choice has: there is one, and GLM reports no probabilities. */
const choice = { index: z.literal(0), logprobs: z.null() };

const toolCall = z.strictObject({
  id: z.string(),
  type: z.literal('function'),
  function: z.strictObject({
    name: z.string(),
    arguments: z.string().describe('JSON, as the model wrote it.'),
  }),
});

const answer = z.strictObject({
  role: z.literal('assistant'),
  content: z.string().nullable().describe('null where there are only calls of tools.'),
  reasoning_content: z.string().optional().describe('What the model thought before.'),
  tool_calls: z.array(toolCall).min(1).optional(),
});

/** The reply to a chat that is not streamed. */
export const completionSchema = z.strictObject({
  ...head,
  object: z.literal('chat.completion'),
  choices: z
    .array(z.strictObject({ ...choice, message: answer, finish_reason: finishReason }))
    .length(1),
  usage,
});

const firstPiece = z.strictObject({ index: count, ...toolCall.shape });
const nextPiece = z.strictObject({
  index: count,
  function: z.strictObject({ arguments: z.string() }),
});

const delta = z.strictObject({
  role: z.literal('assistant').optional().describe('In the first chunk.'),
  content: z.string().optional(),
  reasoning_content: z.string().optional(),
  tool_calls: z
    .array(z.union([firstPiece, nextPiece]))
    .min(1)
    .optional()
    .describe('Only the first piece of a call has its id and name.'),
});

/** The data of an event of a streamed chat. */
export const chunkSchema = z.strictObject({
  ...head,
  object: z.literal('chat.completion.chunk'),
  choices: z
    .array(z.strictObject({ ...choice, delta, finish_reason: finishReason.nullable() }))
    .max(1)
    .describe('None in the chunk with the usage.'),
  usage: usage
    .nullable()
    .optional()
    .describe('With include_usage: null in all chunks but the last.'),
});

/** The vectors of a list of texts. */
export const embeddingsSchema = z.strictObject({
  object: z.literal('list'),
  data: z.array(
    z.strictObject({
      object: z.literal('embedding'),
      index: count,
      embedding: z
        .union([z.array(z.number()), z.string()])
        .describe('Numbers, or base64 of little-endian float32.'),
    }),
  ),
  model: head.model,
  usage: z.strictObject({ prompt_tokens: count, total_tokens: count }),
});

/** A name that is served. */
export const modelSchema = z.strictObject({
  id: z.string(),
  object: z.literal('model'),
  created: z.int().describe('When this worker started, in seconds since the epoch.'),
  owned_by: z.literal('glm-worker'),
});

export const modelListSchema = z.strictObject({
  object: z.literal('list'),
  data: z.array(modelSchema),
});

/** A failure, whole or as the last event of a stream. */
export const errorSchema = z.strictObject({
  error: z.strictObject({
    message: z.string().describe('A sentence for the end user, in Chinese and English.'),
    type: z.enum(errorTypes),
    param: z
      .string()
      .nullable()
      .describe('The field that is wrong, such as `messages[0].content`.'),
    code: z.enum(errorCodes),
  }),
});
