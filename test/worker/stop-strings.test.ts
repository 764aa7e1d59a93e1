// Stop strings end an answer wherever the model happens to cut its text.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { StopStrings } from '../../src/worker/stop-strings.ts';
import { checkProperty, textOf } from '../support/check-property.ts';

interface Reading {
  readonly text: string;
  readonly hit: boolean;
}

/** The plain way: character by character, looking at the end of all that has come. */
function reference(text: string, stops: readonly string[]): Reading {
  for (let end = 1; end <= text.length; end++) {
    const lengths = stops.filter((stop) => text.slice(0, end).endsWith(stop)).map((s) => s.length);
    if (lengths.length > 0) return { text: text.slice(0, end - Math.max(...lengths)), hit: true };
  }
  return { text, hit: false };
}

/** How much of the end of `text` could still become a stop string. */
function undecided(text: string, stops: readonly string[]): number {
  for (let length = Math.min(text.length, 16); length > 0; length--) {
    const end = text.slice(-length);
    if (stops.some((stop) => stop.startsWith(end))) return length;
  }
  return 0;
}

function read(pieces: readonly string[], stops: readonly string[]): Reading {
  const watch = new StopStrings(stops);
  const text = pieces.map((piece) => watch.push(piece)).join('') + watch.end();
  return { text, hit: watch.hit };
}

t.test('without stop strings everything passes at once', async (t) => {
  const watch = new StopStrings([]);
  t.equal(watch.push('a###b'), 'a###b');
  t.equal(watch.end(), '');
  t.equal(watch.hit, false);
});

t.test('a stop string ends the text and is not part of it, nor is what follows', async (t) => {
  const watch = new StopStrings(['END']);
  t.equal(watch.push('the EN'), 'the ');
  t.equal(watch.push('D is near'), '');
  t.equal(watch.hit, true);
  t.equal(watch.push('more'), '');
  t.equal(watch.end(), '');
});

t.test('what only looked like a stop string comes late, but comes', async (t) => {
  const watch = new StopStrings(['END']);
  t.equal(watch.push('the EN'), 'the ');
  t.equal(watch.push('EN'), 'EN');
  t.equal(watch.end(), 'EN');
  t.equal(watch.end(), '');
  t.equal(watch.hit, false);
});

t.test('the stop string that is complete first wins, not the one that began first', async (t) => {
  t.strictSame(read(['xabcdy'], ['abcd', 'bc']), { text: 'xa', hit: true });
});

t.test('of two that are complete at the same place the longer one is cut off', async (t) => {
  t.strictSame(read(['xabcy'], ['c', 'abc', 'bc']), { text: 'x', hit: true });
});

t.test('a stop string that overlaps itself is found after a false start', async (t) => {
  t.strictSame(read(['aaab'], ['aab']), { text: 'a', hit: true });
  t.strictSame(read(['ababac'], ['abac']), { text: 'ab', hit: true });
  t.strictSame(read(['aabaabaaab'], ['aabaaab']), { text: 'aab', hit: true });
});

t.test('many long stop strings that begin alike are all found', async (t) => {
  const stops = Array.from({ length: 256 }, (_, length) => `${'a'.repeat(length)}b${length % 7}`);
  for (const text of ['a'.repeat(300), 'ab7aab8aaab9', `${'a'.repeat(40)}b5`, 'xaaab3', 'b0ab1']) {
    t.strictSame(read(text.split(''), stops), reference(text, stops), text);
    t.strictSame(read([text], stops), reference(text, stops), text);
  }
});

t.test('the same stop string twice is one', async (t) => {
  t.strictSame(read(['a', 'b'], ['b', 'b']), { text: 'a', hit: true });
});

t.test('an empty stop string stops nothing', async (t) => {
  t.strictSame(read(['ab'], ['']), { text: 'ab', hit: false });
});

t.test(
  'a stop string outside the basic plane is found when its halves are cut apart',
  async (t) => {
    t.strictSame(read(['a😀b'], ['😀']), { text: 'a', hit: true });
    t.strictSame(read(['a\ud83d', '\ude00b'], ['😀']), { text: 'a', hit: true });
    t.strictSame(read(['a\ud83d', '\ude01b'], ['😀']), { text: 'a😁b', hit: false });
  },
);

/** Pieces of text and stop strings that have a chance to occur in it. */
const cutAndStops = fc
  .constantFrom(['a', 'b'], ['a', 'b', '\n'], ['a', '😀', '😁'])
  .chain((alphabet) =>
    fc.tuple(
      fc.array(textOf(alphabet, 8), { maxLength: 8, size: 'max' }),
      fc.array(textOf(alphabet, 5), { maxLength: 4 }),
    ),
  );

t.test('however the text is cut, the result is that of the plain way', async (t) => {
  const property = fc.property(cutAndStops, ([pieces, stops]) => {
    const text = pieces.join('');
    const expected = reference(
      text,
      stops.filter((stop) => stop !== ''),
    );
    for (const cut of [pieces, [text], [...text], text.split('')])
      assert.deepEqual(read(cut, stops), expected);
  });
  checkProperty(t, 3000, property);
});

t.test('only what could still become a stop string is held back', async (t) => {
  const property = fc.property(cutAndStops, ([pieces, stops]) => {
    const watch = new StopStrings(stops);
    let given = '';
    let seen = '';
    for (const piece of pieces) {
      given += watch.push(piece);
      seen += piece;
      if (watch.hit) break;
      assert.equal(given, seen.slice(0, seen.length - undecided(seen, stops)));
    }
  });
  checkProperty(t, 2000, property);
});
