// Seeded randomness of the simulation: one stream for each part, so that parts do not disturb each other.

import { mulberry32 } from '../support/seeded-random.ts';

/** Uniform numbers from 0 up to, but not including, 1. */
export type Uniform = () => number;

/** Stream number `stream` of `seed` of the generator that all tests share. */
export function uniform(seed: number, stream: number): Uniform {
  return mulberry32(Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b));
}
