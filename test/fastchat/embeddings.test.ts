// The reply of `/worker_get_embeddings`, byte by byte.

import t from 'tap';
import { embeddingReplyBytes } from '../../src/fastchat/embeddings.ts';

t.test('the reply is JSON with the vectors as they are', async (t) => {
  const write = async (embedding: readonly string[]) =>
    (await embeddingReplyBytes({ embedding, token_num: 3 })).toString('utf8');
  t.equal(await write(['[0.10]']), '{"embedding":[[0.10]],"token_num":3}');
  t.equal(
    await write(['[1, 2]', '"AAA="', '[3]']),
    '{"embedding":[[1, 2],"AAA=",[3]],"token_num":3}',
  );
});
