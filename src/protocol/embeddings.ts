// The two forms in which `/worker_get_embeddings` gives back a vector.

/** How a caller wants vectors: FastChat sends null, `float` or `base64`. */
export type EncodingFormat = 'float' | 'base64';

/** A vector as numbers, or as base64 of little-endian float32, which OpenAI's SDKs ask for. */
export type EncodedVector = readonly number[] | string;

/** The function that encodes vectors as asked. */
export function encodeVector(
  format: EncodingFormat | undefined,
): (vector: readonly number[]) => EncodedVector {
  return format === 'base64' ? toBase64 : (vector) => vector;
}

function toBase64(vector: readonly number[]): string {
  const bytes = Buffer.allocUnsafe(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
}
