// Writes the reply of `/worker_get_embeddings`, in the two forms in which it gives back a vector.

import type { EmbeddingReply } from './replies.ts';

/** How a caller wants vectors: FastChat sends null, `float` or `base64`. */
export type EncodingFormat = 'float' | 'base64';

/**
 * The function that turns a vector from a list of numbers in JSON into the form asked for, in JSON
 * again: that list as it is, or a string of base64.
 */
export function encodeVector(format: EncodingFormat | undefined): (list: string) => string {
  return format === 'base64' ? toBase64 : (list) => list;
}

/** As OpenAI's SDKs ask for it: little-endian float32. */
function toBase64(list: string): string {
  // The worker gives lists of numbers only.
  const vector = JSON.parse(list) as number[];
  const bytes = Buffer.allocUnsafe(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return `"${bytes.toString('base64')}"`;
}

/** The reply as JSON, put together from vectors that are JSON already. */
export function embeddingReplyBytes({ embedding, token_num }: EmbeddingReply): Buffer {
  const vectors = embedding.flatMap((vector, index) => (index === 0 ? [vector] : [',', vector]));
  const pieces = ['{"embedding":[', ...vectors, `],"token_num":${token_num}}`];
  // ASCII is the same in latin1, which is written without a look at each character.
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, 'latin1')));
}
