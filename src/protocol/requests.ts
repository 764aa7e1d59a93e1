// Checks the bodies that FastChat's callers send; the last place that sees unknown data.

import { z } from 'zod';

/** Null and absent mean the same to FastChat. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

const text = z.string();
const optionalNumber = optional(z.number());

/** The API server sends a list, the Gradio page a string; empty strings mean nothing. */
const stopStrings = z
  .union([z.string(), z.array(z.string())], 'expected a string or a list of strings')
  .nullish()
  .transform((stop) => [stop ?? []].flat().filter((one) => one !== ''));

/** Body of `/worker_generate` and `/worker_generate_stream`; fields not listed are ignored. */
export const generateRequest = z.looseObject({
  model: optional(text),
  prompt: text,
  temperature: optionalNumber,
  top_p: optionalNumber,
  max_new_tokens: optionalNumber,
  stop: stopStrings,
  echo: optional(z.boolean()),
  images: z
    .array(z.string())
    .nullish()
    .transform((images) => images ?? []),
});

export type GenerateRequest = z.output<typeof generateRequest>;

/** Body of `/worker_get_embeddings`; one string is taken as a list of one. */
export const embeddingRequest = z.looseObject({
  model: optional(text),
  input: z.union([z.string().transform((one) => [one]), z.array(z.string()).min(1)], {
    error: 'expected a list of strings (FastChat decodes token ids before it calls a worker)',
  }),
  encoding_format: optional(z.enum(['float', 'base64'])),
});

export type EmbeddingRequest = z.output<typeof embeddingRequest>;

/** Body of `/worker_get_conv_template` and `/model_details`; may be empty. */
export const modelRequest = z.looseObject({ model: optional(text) });

/** Body of `/count_token`. */
export const countTokenRequest = z.looseObject({ model: optional(text), prompt: text });

/** Why a body was not taken: names the field, never quotes its value. */
export class RequestError extends Error {}

/**
 * Checks `body` against `schema`.
 * @throws RequestError that says which field is wrong and what was expected
 */
export function parseRequest<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
): z.output<Schema> {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  // Of several complaints the first is enough: a long list could have one per item.
  const [complaint] = result.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'body'}: ${message}`,
  );
  throw new RequestError(complaint);
}
