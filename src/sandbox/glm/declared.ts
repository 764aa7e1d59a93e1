// What tests hand to the fake GLM, checked loudly: a misspelt option would otherwise test nothing.
import { z } from 'zod';

/** Thrown for what the fake cannot play; the message names the place and the field. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

// The building blocks of all declarations; each says in words what it wants.
export const text = z.string('must be a string');
export const flag = z.boolean('must be true or false');
export const count = wholeNumber(1);
export const natural = wholeNumber(0);
const MILLISECONDS = 'must be milliseconds >= 0';
export const milliseconds = z.number(MILLISECONDS).min(0, MILLISECONDS);
const HTTP_STATUS = 'must be an HTTP status 200 to 599';
export const httpStatus = z.int(HTTP_STATUS).min(200, HTTP_STATUS).max(599, HTTP_STATUS);

function wholeNumber(least: number) {
  const wants = `must be a whole number >= ${least}`;
  return z.int(wants).min(least, wants);
}

/** One of these strings. */
export function oneOf<const T extends readonly string[]>(values: T) {
  const names = values.map((value) => JSON.stringify(value)).join(', ');
  return z.enum(values, {
    error: ({ input }) =>
      input === undefined ? `is missing: one of ${names}` : `must be one of ${names}`,
  });
}

/** A list that nobody changes. */
export function listOf<T extends z.ZodType>(item: T, wants: string) {
  return z.array(item, `must be a list of ${wants}`).readonly();
}

/** An object with these fields and no others; `name` is what the message calls it. */
export function record<T extends z.core.$ZodLooseShape>(name: string, shape: T) {
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? `is unknown; ${name} takes ${Object.keys(shape).join(', ')}`
        : 'must be an object',
  });
}

function spell(path: readonly PropertyKey[]): string {
  return path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
}

function sentence(where: string, issue: z.core.$ZodIssue): string {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  return `${where}${spell([...issue.path, ...unknown])} ${issue.message}`;
}

/**
 * The value as declared.
 * @param where how the message calls the value, e.g. `script[2]`
 * @throws ScenarioError naming each field that is wrong
 */
export function declared<T extends z.ZodType>(
  schema: T,
  value: unknown,
  where: string,
): z.output<T> {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  throw new ScenarioError(error.issues.map((issue) => sentence(where, issue)).join('; '));
}
