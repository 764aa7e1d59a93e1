// Seeded randomness of the simulation: one stream for each part, so that parts do not disturb each other.

/** Uniform numbers from 0 up to, but not including, 1. */
export type Uniform = () => number;

/** Stream number `stream` of `seed` (Tommy Ettinger's mulberry32). */
export function uniform(seed: number, stream: number): Uniform {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
