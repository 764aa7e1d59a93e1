// Short replies are read whole, and longer ones are left.

import t from 'tap';
import { boundedText, SHORT_REPLY } from '../../src/lib/bounded-text.ts';

/** A body of these parts, which remembers how many were taken and whether it was left. */
function bodyOf(...parts: readonly string[]) {
  const seen = { taken: 0, left: false };
  async function* pieces() {
    try {
      for (const part of parts) {
        seen.taken++;
        yield Buffer.from(part);
      }
    } finally {
      seen.left = true;
    }
  }
  return { body: pieces(), seen };
}

t.test('a short reply is its text, wherever a character is cut', async (t) => {
  const [head, tail] = [Buffer.from('智谱').subarray(0, 2), Buffer.from('智谱').subarray(2)];
  async function* halves() {
    yield head;
    yield tail;
  }
  t.equal(await boundedText(halves()), '智谱');
  t.equal(await boundedText(bodyOf().body), '');
});

t.test('one that is just short enough is read, one byte more is not', async (t) => {
  t.equal(await boundedText(bodyOf('ab', 'cd').body, 4), 'abcd');
  const { body, seen } = bodyOf('ab', 'cde', 'never');
  t.equal(await boundedText(body, 4), null);
  t.strictSame(seen, { taken: 2, left: true });
  t.equal(await boundedText(bodyOf(' '.repeat(SHORT_REPLY)).body), ' '.repeat(SHORT_REPLY));
  t.equal(await boundedText(bodyOf(' '.repeat(SHORT_REPLY), ' ').body), null);
});
