// Reads the bodies of replies that are read as a whole.

import type { ResponseBytes } from './response-bytes.ts';
import { TimeLimit } from './time-limit.ts';

/**
 * The bytes of a body.
 * @param limit in bytes
 * @param withinMs longest time for all of it; a body that comes byte by byte is no answer
 * @returns null when it is longer than `limit`; the caller closes it then
 * @throws ModelError
 */
export async function readBody(
  response: ResponseBytes,
  limit: number,
  withinMs: number,
): Promise<Buffer | null> {
  const limitOfTime = new TimeLimit(response, withinMs, 'a reply that trickles');
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for (let chunk = await response.next(); chunk !== null; chunk = await response.next()) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > limit) return null;
    }
    return Buffer.concat(chunks);
  } finally {
    limitOfTime.end();
  }
}

/** Null for what is no JSON. */
export function parseJson(bytes: Buffer | null): unknown {
  try {
    return JSON.parse(bytes?.toString('utf8') ?? '');
  } catch {
    return null;
  }
}
