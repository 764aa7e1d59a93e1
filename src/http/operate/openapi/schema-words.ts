// A JSON Schema in the few words in which a table has room for it.

import type { JsonSchema } from './document.ts';

/** One field of an object. */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
}

/** Such as `string or null`, `list of strings`, `object`. */
export function typeWords(schema: JsonSchema): string {
  const { type, anyOf, enum: values, const: only, items } = schema;
  if (only !== undefined) return JSON.stringify(only);
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(', ');
  if (Array.isArray(anyOf)) return [...new Set(anyOf.map(typeWords))].join(' or ');
  if (Array.isArray(type)) return type.join(' or ');
  // What a list holds is a schema again.
  return type === 'array'
    ? `list of (${typeWords(items as JsonSchema)})`
    : String(type ?? 'anything');
}

/** The fields of an object, or of what a text holds; of several forms those of the first. */
export function fieldsOf(schema: JsonSchema): Field[] {
  const { properties, required, anyOf, contentSchema } = schema;
  if (contentSchema !== undefined) return fieldsOf(Object(contentSchema));
  if (Array.isArray(anyOf)) return fieldsOf(Object(anyOf[0]));
  const needed: readonly string[] = Array.isArray(required) ? required : [];
  return Object.entries(Object(properties)).map(([name, field]) => {
    // What a property is, is a schema again.
    const { description = '' } = field as { description?: string };
    return {
      ...{ name, description, type: typeWords(field as JsonSchema) },
      isRequired: needed.includes(name),
    };
  });
}
