// Short pieces become few, and others run between them.

import t from 'tap';
import { bytesOf, inTurns } from '../../src/lib/in-turns.ts';
import { collect } from '../support/collect.ts';
import { turnCounter } from '../support/turn-counter.ts';

t.test('short pieces are one text, none are an empty one', async (t) => {
  t.strictSame(await collect(inTurns(['a', '', '你'])), { items: ['a你'], error: undefined });
  t.equal((await bytesOf(['a', '你'])).toString(), 'a你');
  t.equal((await bytesOf([])).length, 0);
});

t.test('others run while many bytes are put together', async (t) => {
  const vectors = Array.from({ length: 2048 }, () => '0.12345678,'.repeat(100));
  const turns = turnCounter();
  t.ok((await bytesOf(vectors)).equals(Buffer.from(vectors.join(''))));
  turns.stop();
  t.ok(turns.count >= 8, `${turns.count} turns`);
});
