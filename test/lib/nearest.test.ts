// What a word that is not in a list was most likely meant to be.

import t from 'tap';
import { distance, nearest } from '../../src/lib/nearest.ts';

t.test('the distance is the fewest characters to add, to leave out and to replace', async (t) => {
  for (const [one, other, expected] of [
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['abc', 'abc', 0],
    ['kitten', 'sitting', 3],
    ['flaw', 'lawn', 2],
    ['glm-4.66', 'glm-4.6', 1],
  ] as const) {
    t.equal(distance(one, other), expected, `${one} ${other}`);
    t.equal(distance(other, one), expected, `${other} ${one}`);
  }
});

t.test('the nearest is the first of those with the smallest distance', async (t) => {
  t.equal(nearest('b', ['aaa', 'a', 'c']), 'a');
  t.equal(nearest('cc', ['aaa', 'a', 'c']), 'c');
});
