// Vectors as the numbers they came as, or as the base64 that OpenAI's SDKs ask for by default.

import t from 'tap';
import { embeddingReplyBytes, encodeVector } from '../../src/fastchat/embeddings.ts';

const VECTOR = '[0, 1.0,-1,0.10,-0.25,3.4028234663852886e38,1e-45,0.123456789]';

/** Reads base64 as OpenAI's SDKs do. */
function decode(json: string): number[] {
  const bytes = Buffer.from(JSON.parse(json), 'base64');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(index * 4, true));
}

t.test('vectors stay as they are, digit by digit, unless base64 is asked for', async (t) => {
  t.equal(encodeVector(undefined)(VECTOR), VECTOR);
  t.equal(encodeVector('float')(VECTOR), VECTOR);
});

t.test('base64 holds the same numbers, as float32 with the lowest byte first', async (t) => {
  const encode = encodeVector('base64');
  t.equal(encode('[1,-2.0]'), '"AACAPwAAAMA="');
  t.strictSame(decode(encode(VECTOR)), JSON.parse(VECTOR).map(Math.fround));
});

t.test('the reply is JSON with the vectors as they are', async (t) => {
  const write = (embedding: readonly string[]) =>
    embeddingReplyBytes({ embedding, token_num: 3 }).toString('utf8');
  t.equal(write(['[0.10]']), '{"embedding":[[0.10]],"token_num":3}');
  t.equal(write(['[1, 2]', '"AAA="', '[3]']), '{"embedding":[[1, 2],"AAA=",[3]],"token_num":3}');
});
