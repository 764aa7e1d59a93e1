// Leaves out what is undefined, where an absent field and an undefined one are not the same.

/** The fields that have a value. */
export function defined<Fields extends object>(
  fields: {
    readonly [Name in keyof Fields]: Fields[Name] | undefined;
  },
): Fields {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  // What is missing now was undefined, which only an optional field may be.
  return Object.fromEntries(known) as Fields;
}
