// Checks the bodies that FastChat's callers send; the last place that sees unknown data.

import { z } from 'zod';
import { Failure } from '../failure/failure.ts';

/** Null and absent mean the same to FastChat. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

const text = z.string();
const optionalNumber = optional(z.number());

/** Each stop string is looked for at every character of an answer, so their number has a limit. */
const STOP_LIMIT = 256;
const STOP_CHARACTERS = 65_536;

/** As many inputs as OpenAI's API takes at once; FastChat's API server sends 4. */
const INPUT_LIMIT = 2048;

/** At most one complaint, where zod's own would be one per item: a body can hold millions. */
const texts = z.array(z.unknown()).transform((items, context): string[] => {
  const wrong = items.findIndex((item) => typeof item !== 'string');
  // Without a wrong one all are strings.
  if (wrong === -1) return items as string[];
  const message = `Invalid input: expected string, received ${typeof items[wrong]}`;
  context.addIssue({ code: 'custom', path: [wrong], message });
  return z.NEVER;
});

/** The API server sends a list, the Gradio page a string; empty strings mean nothing. */
const stopStrings = z
  .union([z.string(), texts], 'expected a string or a list of strings')
  .nullish()
  .transform((stop) => [stop ?? []].flat().filter((one) => one !== ''))
  .refine(
    (stop) => stop.length <= STOP_LIMIT && stop.join('').length <= STOP_CHARACTERS,
    `expected at most ${STOP_LIMIT} strings of ${STOP_CHARACTERS} characters in all`,
  );

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
  input: z
    .union([z.string().transform((one) => [one]), texts], {
      error: 'expected a list of strings (FastChat decodes token ids before it calls a worker)',
    })
    .refine(
      (input) => input.length > 0 && input.length <= INPUT_LIMIT,
      `expected 1 to ${INPUT_LIMIT} strings`,
    ),
  encoding_format: optional(z.enum(['float', 'base64'])),
});

/** Body of `/worker_get_conv_template` and `/model_details`; may be empty. */
export const modelRequest = z.object({ model: optional(text) });

/** Body of `/count_token`. */
export const countTokenRequest = z.object({ model: optional(text), prompt: text });

/**
 * Checks `body` against `schema`.
 * @throws Failure `request_invalid` that names the first wrong field and what was expected, and
 *   never quotes its value
 */
export function parseRequest<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
): z.output<Schema> {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  // Of several complaints the first is enough: a long list could have one per item.
  const [hint = ''] = result.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'body'}: ${message}`,
  );
  throw new Failure('request_invalid', { hint });
}
