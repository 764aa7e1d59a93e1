// The strategies that are compared: the adaptive limit, and what workers do without one.

import { AdaptiveLimit } from '../../src/admission/adaptive-limit.ts';
import type { Uniform } from './random.ts';
import type { Strategy } from './replica.ts';
import type { MakeStrategy } from './run-scenario.ts';

/** Most requests at once of any replica, as configured. */
const CONFIGURED = 50;
/** Milliseconds before the second try, and at most before later ones. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 8000;

class Adaptive extends AdaptiveLimit implements Strategy {
  afterRefusal(): 'line' {
    return 'line';
  }
}

/** A number of permits that never changes, and tries again after growing, jittered pauses. */
class Fixed implements Strategy {
  readonly #permits: number;
  readonly #retries: number;
  readonly #random: Uniform;
  #taken = 0;

  constructor(permits: number, retries: number, random: Uniform) {
    this.#permits = permits;
    this.#retries = retries;
    this.#random = random;
  }

  waitMs(): number {
    return this.#taken < this.#permits ? 0 : Number.POSITIVE_INFINITY;
  }

  started(): void {
    this.#taken++;
  }

  accepted(): void {}

  finished(): void {
    this.#taken--;
  }

  afterRefusal(refusals: number): number | 'fail' {
    if (refusals > this.#retries) return 'fail';
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (refusals - 1));
    return pause * (0.5 + this.#random());
  }
}

/** The worker's own. */
export const adaptive: MakeStrategy = ({ clock, random }) =>
  new Adaptive({ max: CONFIGURED, start: CONFIGURED, clock, random });

/** All callers at once, and so many tries more for each. */
export function plainRetry(retries: number): MakeStrategy {
  return ({ random }) => new Fixed(CONFIGURED, retries, random);
}

/** The account's limit, divided among the replicas by somebody who knows both; two tries more. */
export const fixedRight: MakeStrategy = ({ random }, { limit, replicas }) =>
  new Fixed(Math.max(1, Math.floor(limit / replicas)), 2, random);

/** The account's limit for each replica; two tries more. */
export const fixedTooHigh: MakeStrategy = ({ random }, { limit }) => new Fixed(limit, 2, random);

/** By name, in the order of the tables. */
export const strategies: ReadonlyMap<string, MakeStrategy> = new Map([
  ['adaptive', adaptive],
  ['plain retry, 2 more', plainRetry(2)],
  ['plain retry, 8 more', plainRetry(8)],
  ['fixed, right', fixedRight],
  ['fixed, too high', fixedTooHigh],
]);
