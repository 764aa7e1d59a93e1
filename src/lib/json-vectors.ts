// Turns vectors from lists of numbers in JSON into the form that a caller asks for, in JSON again.

import { ownTurn } from './own-turn.ts';

/** A list of numbers, or a string of base64. */
export type EncodingFormat = 'float' | 'base64';

/** Vectors that are encoded before others get their turn: some milliseconds of the largest ones. */
const ENCODED_AT_ONCE = 16;

/**
 * The same vectors in another form. Thousands take half a second, in which no stream of anybody else
 * must stand still.
 * @param vectors lists of numbers and nothing else
 */
export async function encodeVectors(
  vectors: readonly string[],
  format: EncodingFormat = 'float',
): Promise<readonly string[]> {
  if (format === 'float') return vectors;
  const encoded: string[] = [];
  for (let at = 0; at < vectors.length; at += ENCODED_AT_ONCE) {
    if (at > 0) await ownTurn();
    encoded.push(...vectors.slice(at, at + ENCODED_AT_ONCE).map(toBase64));
  }
  return encoded;
}

/** As OpenAI's SDKs ask for it: little-endian float32. */
function toBase64(list: string): string {
  // The worker gives lists of numbers only.
  const vector = JSON.parse(list) as number[];
  const bytes = Buffer.allocUnsafe(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return `"${bytes.toString('base64')}"`;
}
