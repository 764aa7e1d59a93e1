// What counts as an answer going on: words, also in single bytes; no comments, no blank lines.

import t from 'tap';
import { CommentFilter } from '../../src/upstream/comment-filter.ts';

/** Of each piece whether it says something. */
function said(...pieces: readonly string[]): boolean[] {
  const filter = new CommentFilter();
  return pieces.map((piece) => filter.saysSomething(piece));
}

t.test('data says something, a comment and line ends do not', async (t) => {
  t.strictSame(said('data: x\n\n', ': ping\n\n', '\r\n', 'event: a\n'), [true, false, false, true]);
});

t.test('lines may come in any pieces', async (t) => {
  t.strictSame(said(': pi', 'ng', '\n', 'da', 'ta', ': x'), [
    false,
    false,
    false,
    true,
    true,
    true,
  ]);
  t.strictSame(said(': a\ndata: b\n', ': c\n: d'), [true, false]);
});
