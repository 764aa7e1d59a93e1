// Checks what callers send; the last place that sees unknown data.

import type { z } from 'zod';
import { Failure } from '../failure/failure.ts';

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
  const [{ path, message } = { path: [], message: '' }] = result.error.issues;
  const field = path.length > 0 && { param: paramOf(path) };
  throw new Failure('request_invalid', {
    hint: `${path.join('.') || 'body'}: ${message}`,
    ...field,
  });
}

/** A field such as `messages[0].content`. */
function paramOf(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`));
  return steps.join('').slice(1);
}
