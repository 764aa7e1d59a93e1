// Vectors as the numbers they came as, or as the base64 that OpenAI's SDKs ask for by default.

import t from 'tap';
import { encodeVectors } from '../../src/lib/json-vectors.ts';

const VECTOR = '[0, 1.0,-1,0.10,-0.25,3.4028234663852886e38,1e-45,0.123456789]';

/** Reads base64 as OpenAI's SDKs do. */
function decode(json = ''): number[] {
  const bytes = Buffer.from(JSON.parse(json), 'base64');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(index * 4, true));
}

t.test('vectors stay as they are, digit by digit, unless base64 is asked for', async (t) => {
  t.strictSame(await encodeVectors([VECTOR], undefined), [VECTOR]);
  t.strictSame(await encodeVectors([VECTOR], 'float'), [VECTOR]);
});

t.test('base64 holds the same numbers, as float32 with the lowest byte first', async (t) => {
  const [short, long] = await encodeVectors(['[1,-2.0]', VECTOR], 'base64');
  t.equal(short, '"AACAPwAAAMA="');
  t.strictSame(decode(long), JSON.parse(VECTOR).map(Math.fround));
});
