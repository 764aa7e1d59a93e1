// Marks of boxes are taken out of a text wherever its pieces are cut, and nothing else is.

import t from 'tap';
import { BoxMarks } from '../../src/glm/box-marks.ts';

/** The text that is left of `pieces`, piece by piece, and at the end. */
function left(...pieces: readonly string[]): string[] {
  const marks = new BoxMarks();
  return [...pieces.map((piece) => marks.push(piece)), marks.end()];
}

t.test('marks are taken out', async (t) => {
  t.strictSame(left('x <|begin_of_box|>42<|end_of_box|>.'), ['x 42.', '']);
  t.strictSame(left('<|end_of_box|><|begin_of_box|>'), ['', '']);
});

t.test('wherever the text is cut', async (t) => {
  const text = '<a> <|begin_of_box|>1 < 2<|end_of_box|> <| <|begin_of';
  for (let cut = 0; cut <= text.length; cut++) {
    t.equal(
      left(text.slice(0, cut), text.slice(cut)).join(''),
      '<a> 1 < 2 <| <|begin_of',
      `${cut}`,
    );
  }
  t.equal(left(...text).join(''), '<a> 1 < 2 <| <|begin_of', 'into single characters');
});

t.test('no more is held back than could become a mark', async (t) => {
  t.strictSame(left('a<', 'b', 'c<|end', '_of_x'), ['a', '<b', 'c', '<|end_of_x', '']);
  t.strictSame(left('a<|beg'), ['a', '<|beg']);
});
