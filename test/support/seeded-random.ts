// Randomness that can be repeated: the seed is printed, and TEST_SEED brings it back.

import type { Test } from 'tap';

const DEFAULT_SEED = 20_240_601;

export interface Random {
  /** A whole number from 0 up to, but not including, `limit`. */
  below(limit: number): number;
  /** True once in `times` calls, on average. */
  oneIn(times: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** Up to `longest` pieces from `pieces`, joined. */
  text(pieces: readonly string[], longest: number): string;
  /** `text` cut at random places into pieces that are not empty. */
  cut(text: string): string[];
}

/** A generator seeded from TEST_SEED or a fixed number, which is printed through `t`. */
export function seededRandom(t: Test): Random {
  const seed = Number(process.env['TEST_SEED'] ?? DEFAULT_SEED);
  t.comment(`TEST_SEED=${seed}`);
  return randomOf(seed);
}

function randomOf(seed: number): Random {
  const next = mulberry32(seed);
  const below = (limit: number) => Math.floor(next() * limit);
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  };
  return {
    below,
    oneIn: (times) => below(times) === 0,
    pick,
    text: (pieces, longest) =>
      Array.from({ length: below(longest + 1) }, () => pick(pieces)).join(''),
    cut(text) {
      const parts: string[] = [];
      for (let at = 0; at < text.length; ) {
        const length = 1 + below(Math.min(8, text.length - at));
        parts.push(text.slice(at, at + length));
        at += length;
      }
      return parts;
    },
  };
}

/** Tommy Ettinger's generator of 32 bits of state: small, and good enough for test data. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
