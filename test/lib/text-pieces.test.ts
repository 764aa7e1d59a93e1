// Pieces of texts: together they are the text, and each is whole characters.

import fc from 'fast-check';
import t from 'tap';
import { textPieces } from '../../src/lib/text-pieces.ts';

t.test(
  'the pieces are the text, none is longer than wanted, and none cuts a character',
  async (t) => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.integer({ min: 2, max: 9 }),
        (text, units) => {
          const pieces = [...textPieces(text, units)];
          const fit = pieces.every((piece) => piece.length > 0 && piece.length <= units);
          return fit && pieces.join('') === text && pieces.every((piece) => piece.isWellFormed());
        },
      ),
    );
    t.strictSame([...textPieces('', 2)], []);
    t.strictSame([...textPieces('a😀bc', 2)], ['a', '😀', 'bc']);
  },
);
