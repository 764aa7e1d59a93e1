// Runs cases by the hundred, or for as long as FUZZ_SECONDS says.

import type { Test } from 'tap';
import { type Random, seededRandom } from '../../support/seeded-random.ts';

/** Cases at once. */
const BATCH = 25;

/** How long all campaigns together go on, in milliseconds; 0 = as many cases as each asks for. */
export const FUZZ_MS = Number(process.env['FUZZ_SECONDS'] ?? 0) * 1000;

/** Fuzzing tests that share this time. */
const CAMPAIGNS = 5;

/** Found faults after which a campaign ends: the first few say it all. */
const ENOUGH = 5;

/** Longest life of a case, in milliseconds: everything it meets ends sooner, or hangs for ever. */
const CASE_MS = 15_000;

/** A case: made from randomness in order, then run beside others; gives back what is wrong. */
export type Case = (random: Random, number: number) => () => Promise<readonly string[]>;

/**
 * Runs `least` cases, or more while FUZZ_SECONDS lasts, and fails with the faults found. Cases are
 * made one after the other from one seed, so the seed and the number of a case give it back.
 */
export async function campaign(t: Test, least: number, make: Case): Promise<void> {
  const random = seededRandom(t);
  const until = performance.now() + FUZZ_MS / CAMPAIGNS;
  t.setTimeout(60_000 + FUZZ_MS / CAMPAIGNS);
  const faults: string[] = [];
  let number = 0;
  while ((number < least || performance.now() < until) && faults.length < ENOUGH) {
    const batch = Array.from({ length: BATCH }, () => {
      const mine = number++;
      const run = make(random, mine);
      return async () => (await inTime(run())).map((fault) => `case ${mine}: ${fault}`);
    });
    const found = await Promise.all(batch.map((run) => run()));
    faults.push(...found.flat());
  }
  t.comment(`${number} cases`);
  t.strictSame(faults, []);
}

async function inTime(running: Promise<readonly string[]>): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly string[]>((resolve) => {
    timer = setTimeout(() => resolve([`no end after ${CASE_MS} ms`]), CASE_MS);
  });
  const found = await Promise.race([running, late]);
  clearTimeout(timer);
  return found;
}
