// Writes the reply of `/worker_get_embeddings`.

import { bytesOf } from '../lib/in-turns.ts';
import type { EmbeddingReply } from './replies.ts';

/** The reply as JSON, put together from vectors that are JSON already. Others run in between. */
export function embeddingReplyBytes({ embedding, token_num }: EmbeddingReply): Promise<Buffer> {
  const vectors = embedding.flatMap((vector, index) => (index === 0 ? [vector] : [',', vector]));
  return bytesOf(['{"embedding":[', ...vectors, `],"token_num":${token_num}}`]);
}
