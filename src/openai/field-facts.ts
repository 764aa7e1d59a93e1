// What becomes of each field of a request: the facts that go with its schema, for code and docs alike.

import { z } from 'zod';

/**
 * `honoured`: does what OpenAI's page says. `translated`: reaches the model in another form. `refused`:
 * anything but the usual value is an error that names the field. `ignored`: any value will do.
 */
export type Fate = 'honoured' | 'translated' | 'refused' | 'ignored';

interface FieldFacts {
  readonly fate: Fate;
  /** What is done with it, or why it is not. */
  readonly how: string;
}

const facts = z.registry<FieldFacts>();

const withFate =
  (fate: Fate) =>
  <Schema extends z.ZodType>(schema: Schema, how: string): Schema => {
    // Fields may have one schema in common.
    const own = schema.clone();
    facts.add(own, { fate, how });
    return own;
  };

export const honoured = withFate('honoured');
export const translated = withFate('translated');

/** @param usual the values that change nothing */
export const refused = withFate('refused');

/** @param how says why */
export const ignored = (how: string) => withFate('ignored')(z.unknown().optional(), how);

/** A row of the table of fields. */
export interface FieldRow extends FieldFacts {
  readonly field: string;
}

/** The fields of a request with what becomes of each, in the order in which they are declared. */
export function fieldRows({ shape }: z.ZodObject): readonly FieldRow[] {
  return Object.entries(shape).map(([field, schema]) => {
    const known = facts.get(schema as z.ZodType);
    if (known === undefined) throw new Error(`nothing is known of ${field}`);
    return { field, ...known };
  });
}
