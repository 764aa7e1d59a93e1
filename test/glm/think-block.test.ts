// A text that begins with a think block is told apart from it, wherever its pieces are cut.

import t from 'tap';
import { ThinkBlock } from '../../src/glm/think-block.ts';
import { splitEverywhere } from '../support/split-everywhere.ts';

/** Everything that `pieces` amount to. */
function told(...pieces: readonly string[]): { reasoning: string; text: string } {
  const block = new ThinkBlock();
  const parts = [...pieces.map((piece) => block.push(piece)), block.end()];
  const all = (name: 'reasoning' | 'text') => parts.map((part) => part[name]).join('');
  return { reasoning: all('reasoning'), text: all('text') };
}

for (const [written, expected] of [
  ['<think>a < b</think>\n4<think>2</think>', { reasoning: 'a < b', text: '4<think>2</think>' }],
  [' \n<think>a</think>42', { reasoning: 'a', text: '42' }],
  ['<think></think>\n\n42', { reasoning: '', text: '42' }],
  ['<think>a</thin', { reasoning: 'a</thin', text: '' }],
  [' <thinking>42', { reasoning: '', text: ' <thinking>42' }],
  ['42 <think>a</think>', { reasoning: '', text: '42 <think>a</think>' }],
  [' <thi', { reasoning: '', text: ' <thi' }],
  ['', { reasoning: '', text: '' }],
] as const) {
  t.test(`${JSON.stringify(written)} is read the same wherever it is cut`, async (t) => {
    for (const pieces of splitEverywhere(Buffer.from(written)))
      t.strictSame(told(...pieces.map((piece) => Buffer.from(piece).toString())), expected);
  });
}

t.test('no more is held back than could become a mark', async (t) => {
  const block = new ThinkBlock();
  t.strictSame(block.push('<think>a <'), { reasoning: 'a ', text: '' });
  t.strictSame(block.push('b'), { reasoning: '<b', text: '' });
  t.strictSame(block.push('</think>x <'), { reasoning: '', text: 'x <' });
});
