// Pieces of request schemas that the doors share.

import { z } from 'zod';

/** Null and absent mean the same to callers. */
export const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

/** Each stop string is looked for at every character of an answer, so their number has a limit. */
const STOP_LIMIT = 256;
const STOP_CHARACTERS = 65_536;

/** As many inputs as OpenAI's API takes at once; FastChat's API server sends 4. */
const INPUT_LIMIT = 2048;

/** A schema as descriptions of the API show what may be sent. */
export function written(schema: z.ZodType): Readonly<Record<string, unknown>> {
  const { $schema: _dialect, ...shown } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  });
  return shown;
}

/**
 * Checks with the schema that a look at the value chooses, of whose complaints the first is told: a
 * union would say no more than that nothing fits.
 * @param forms all that may be chosen
 */
export function chosen<Output>(
  forms: readonly z.ZodType<Output>[],
  choose: (value: unknown) => z.ZodType<Output>,
) {
  const shown = z.unknown().meta({ anyOf: forms.map(written) });
  return shown.transform((value, context): Output => {
    const result = choose(value).safeParse(value);
    return result.success ? result.data : complain(result.error, context);
  });
}

/**
 * A list of which only the first wrong item is complained of, where zod's own would complain of each:
 * a body can hold millions.
 */
export function listOf<Output>(schema: z.ZodType<Output>) {
  const list = z.array(z.unknown()).meta({ items: written(schema) });
  return list.transform((items, context): Output[] => {
    const read: Output[] = [];
    for (const [index, item] of items.entries()) {
      const result = schema.safeParse(item);
      if (!result.success) return complain(result.error, context, index);
      read.push(result.data);
    }
    return read;
  });
}

/** Passes on the first complaint; `within` says where in the value it belongs. */
function complain(error: z.ZodError, context: z.RefinementCtx, ...within: number[]): never {
  for (const { path, message } of error.issues.slice(0, 1)) {
    context.addIssue({ code: 'custom', path: [...within, ...path], message });
  }
  return z.NEVER;
}

/** A list of strings. */
export const texts = listOf(z.string());

/** One string or a list; empty strings mean nothing. */
export const stopStrings = z
  .union([z.string(), texts], 'expected a string or a list of strings')
  .nullish()
  .transform((stop) => [stop ?? []].flat().filter((one) => one !== ''))
  .refine(
    (stop) => stop.length <= STOP_LIMIT && stop.join('').length <= STOP_CHARACTERS,
    `expected at most ${STOP_LIMIT} strings of ${STOP_CHARACTERS} characters in all`,
  );

/**
 * Texts to embed: a list, or one string as a list of one.
 * @param expected what is said of anything else
 */
export const embeddingInput = (expected: string) =>
  z
    .union([z.string().transform((one) => [one]), texts], { error: expected })
    .refine(
      (input) => input.length > 0 && input.length <= INPUT_LIMIT,
      `expected 1 to ${INPUT_LIMIT} strings`,
    );

/** How vectors are written. */
export const encodingFormat = optional(z.enum(['float', 'base64']));
