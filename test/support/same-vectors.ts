// Vectors are compared as JSON: tap, which prepares a difference to show, takes seconds for as many numbers.

import type { Test } from 'tap';

/** Checks that two lists of numbers, or of such lists, are the same. */
export function sameVectors(t: Test, found: unknown, expected: unknown) {
  t.ok(JSON.stringify(found) === JSON.stringify(expected), 'the vectors are the same');
}
