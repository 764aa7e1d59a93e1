// Properties of random values: fast-check finds a small value that breaks one. The seed is printed.

import fc, { type IPropertyWithHooks } from 'fast-check';
import type { Test } from 'tap';

const DEFAULT_SEED = 20_240_601;

/** Fails with the smallest counterexample if the property does not hold; TEST_SEED sets the seed. */
export function checkProperty<Values>(t: Test, runs: number, property: IPropertyWithHooks<Values>) {
  const seed = Number(process.env['TEST_SEED'] ?? DEFAULT_SEED);
  t.comment(`TEST_SEED=${seed}`);
  fc.assert(property, { seed, numRuns: runs });
  t.pass(`${runs} runs`);
}

/** Texts of up to `maxLength` of these pieces, long ones as likely as short ones. */
export function textOf(pieces: readonly string[], maxLength: number) {
  return fc.string({ unit: fc.constantFrom(...pieces), maxLength, size: 'max' });
}
