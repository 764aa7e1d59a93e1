// The bodies that FastChat's callers send.

import { z } from 'zod';
import { embeddingInput, encodingFormat, optional, stopStrings, texts } from '../schema/pieces.ts';

const text = z.string();
const optionalNumber = optional(z.number());

/** Body of `/worker_generate` and `/worker_generate_stream`; fields not listed are ignored. */
export const generateRequest = z.object({
  model: optional(text),
  prompt: text,
  temperature: optionalNumber,
  top_p: optionalNumber,
  max_new_tokens: optionalNumber,
  stop: stopStrings,
  echo: optional(z.boolean()),
  images: texts.nullish().transform((images) => images ?? []),
});

export type GenerateRequest = z.output<typeof generateRequest>;

/** Body of `/worker_get_embeddings`; one string is taken as a list of one. */
export const embeddingRequest = z.object({
  model: optional(text),
  input: embeddingInput(
    'expected a list of strings (FastChat decodes token ids before it calls a worker)',
  ),
  encoding_format: encodingFormat,
});

/** Body of `/worker_get_conv_template` and `/model_details`; may be empty. */
export const modelRequest = z.object({ model: optional(text) });

/** Body of `/count_token`. */
export const countTokenRequest = z.object({ model: optional(text), prompt: text });
