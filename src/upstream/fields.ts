// Looks into parsed JSON of which nothing is known.

export type Fields = Readonly<Record<string, unknown>>;

const EMPTY: Fields = {};

/** `value` when it is an object with fields, an empty one otherwise. */
export function fieldsOf(value: unknown): Fields {
  // An object that is not an array is a record of unknown fields, which is all that is claimed.
  return typeof value === 'object' && value !== null ? (value as Fields) : EMPTY;
}
