// Small checks of the JSON that requests bring; GLM refuses wrong ones in words of its own.

/** A JSON object whose members are not yet known. */
export interface JsonObject {
  readonly [key: string]: unknown;
}

/** True for a JSON object; false for null, lists and scalars. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for a list of strings, the empty list included. */
export function isStringList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** True for a whole number within the bounds, both inclusive. */
export function isInteger(
  value: unknown,
  from: number,
  to = Number.MAX_SAFE_INTEGER,
): value is number {
  return Number.isSafeInteger(value) && Number(value) >= from && Number(value) <= to;
}

/** The parsed text, or undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
