// The replies of a worker as schemas, for the description of the API; tests hold them against real bytes.

import { z } from 'zod';
import { errorCodes } from '../failure/error-codes.ts';

const count = z.int().min(0);

/** A failure, with FastChat's code and a sentence for the end user. */
export const errorReplySchema = z.strictObject({
  text: z.string().describe('A sentence for the end user, in Chinese and English.'),
  error_code: z.enum(errorCodes),
  error: z.strictObject({
    message: z.string(),
    type: z.string().describe('The name of the failure, as in docs/errors.md.'),
    code: z.enum(errorCodes),
  }),
});

/** One state of an answer; a stream has many, each with a zero byte behind it. */
export const frameSchema = z.strictObject({
  text: z.string().describe('The whole text so far.'),
  error_code: z.literal(0),
  usage: z.strictObject({
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: count,
  }),
  finish_reason: z.enum(['stop', 'length']).nullable().describe('null until the last one.'),
});

/** What `/worker_generate` replies with: the last frame. */
export const generateReplySchema = z.union([frameSchema, errorReplySchema]);

export const embeddingReplySchema = z.union([
  z.strictObject({
    embedding: z
      .array(z.union([z.array(z.number()), z.string()]))
      .describe('One vector per input: numbers, or base64 of little-endian float32.'),
    token_num: count,
  }),
  errorReplySchema,
]);

export const statusReplySchema = z.strictObject({
  model_names: z.array(z.string()),
  speed: z.literal(1),
  queue_length: count.describe('Requests that run or wait.'),
});

export const templateReplySchema = z.strictObject({
  conv: z.strictObject({
    name: z.string(),
    system_template: z.string(),
    system_message: z.string(),
    roles: z.array(z.string()),
    messages: z.array(z.never()).max(0),
    offset: z.literal(0),
    sep_style: z.literal(2),
    sep: z.string(),
    sep2: z.string(),
    stop_str: z.string(),
    stop_token_ids: z.null(),
  }),
});

export const countReplySchema = z.strictObject({ count, error_code: z.literal(0) });

export const detailsReplySchema = z.strictObject({ context_length: count });

export const releaseReplySchema = z.strictObject({ code: z.literal(200), msg: z.string() });
