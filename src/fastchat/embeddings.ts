// Writes the reply of `/worker_get_embeddings`.

import type { EmbeddingReply } from './replies.ts';

/** The reply as JSON, put together from vectors that are JSON already. */
export function embeddingReplyBytes({ embedding, token_num }: EmbeddingReply): Buffer {
  const vectors = embedding.flatMap((vector, index) => (index === 0 ? [vector] : [',', vector]));
  const pieces = ['{"embedding":[', ...vectors, `],"token_num":${token_num}}`];
  // ASCII is the same in latin1, which is written without a look at each character.
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, 'latin1')));
}
