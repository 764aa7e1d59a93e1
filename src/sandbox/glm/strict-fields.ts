// The small checks that all strict rules share; each throws the refusal that GLM documents for it.

import type { JsonObject } from '../json.ts';
import { badRequest, invalidField, missingField } from './refusal.ts';

/** A check of one field's value; it throws a GlmRefusal that names the field. */
export type FieldRule = (field: string, value: unknown, body: JsonObject) => void;

/** Refuses with 1214 unless the test holds. */
export function must(wants: string, holds: (value: unknown) => boolean): FieldRule {
  return (field, value) => {
    if (!holds(value)) throw invalidField(field, `must be ${wants}`);
  };
}

/** A string of so many characters. */
export function stringOf(least: number, most: number): FieldRule {
  return must(
    `a string of ${least} to ${most} characters`,
    (value) => typeof value === 'string' && value.length >= least && value.length <= most,
  );
}

/** One of these values. */
export function oneOf(...values: readonly unknown[]): FieldRule {
  return must(`one of ${values.join(', ')}`, (value) => values.includes(value));
}

/** true or false. */
export const boolean: FieldRule = must('a boolean', (value) => typeof value === 'boolean');

/** Null passes, as the official SDKs send it; anything else is up to the rule. */
export function nullable(rule: FieldRule): FieldRule {
  return (field, value, body) => {
    if (value !== null) rule(field, value, body);
  };
}

/**
 * Applies a table of rules: absent fields pass, fields without a rule are refused with 1210.
 * @param path what stands before the name of a field in a refusal
 */
export function checkFields(
  body: JsonObject,
  rules: { readonly [field: string]: FieldRule },
  required: readonly string[],
  path = '',
): void {
  for (const field of required) if (body[field] === undefined) throw missingField(path + field);
  for (const [field, value] of Object.entries(body)) {
    const rule = Object.hasOwn(rules, field) ? rules[field] : undefined;
    if (rule === undefined) throw badRequest(path + field, 'is not a parameter of this API');
    rule(path + field, value, body);
  }
}
