// Vectors as numbers, or as the base64 that OpenAI's SDKs ask for by default.

import t from 'tap';
import { encodeVector } from '../../src/protocol/embeddings.ts';

const VECTOR = [0, 1, -1, 0.1, -0.25, 3.4028234663852886e38, 1e-45, 0.123456789];

/** Reads base64 as OpenAI's SDKs do. */
function decode(text: unknown): number[] {
  const bytes = Buffer.from(String(text), 'base64');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(index * 4, true));
}

t.test('vectors are numbers unless base64 is asked for', async (t) => {
  t.equal(encodeVector(undefined)(VECTOR), VECTOR);
  t.equal(encodeVector('float')(VECTOR), VECTOR);
});

t.test('base64 holds the same numbers, as float32 with the lowest byte first', async (t) => {
  const encode = encodeVector('base64');
  t.equal(encode([1, -2]), 'AACAPwAAAMA=');
  t.equal(encode([]), '');
  t.strictSame(decode(encode(VECTOR)), VECTOR.map(Math.fround));
});
