// Numbers that look random and are the same in every run.

/** The next state: a 32 bit linear congruential step with the constants of Numerical Recipes. */
export function nextState(state: number): number {
  return (Math.imul(state, 1664525) + 1013904223) >>> 0;
}

/** A generator of numbers from 0 to below 1. */
export function seeded(seed: number): () => number {
  // Neighbouring seeds begin alike: a multiplier and a few steps part them.
  let state = nextState(nextState(Math.imul(seed + 1, 2654435761) >>> 0));
  return () => {
    state = nextState(state);
    return state / 2 ** 32;
  };
}
