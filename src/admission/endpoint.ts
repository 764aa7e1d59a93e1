// A way to a model: one account of the provider, with the limit that the provider grants it.

import type { AdaptiveLimit } from './adaptive-limit.ts';

/** How long an account is left alone that the provider refused for its own sake, in milliseconds. */
const REST_MS = 60_000;

/** An account of the provider, shared by all models it serves. */
export class Account {
  /** For logs: never the key itself. */
  readonly label: string;
  #restsUntil = 0;

  constructor(label: string) {
    this.label = label;
  }

  /** Leaves the account alone for a while: its key is refused, or nothing is left on it. */
  rest(now: number): void {
    this.#restsUntil = now + REST_MS;
  }

  isResting(now: number): boolean {
    return now < this.#restsUntil;
  }
}

/** One model at one account. */
export interface Endpoint<Model> {
  readonly account: Account;
  /** How many requests the provider lets this account have at this model at once. */
  readonly limit: AdaptiveLimit;
  readonly model: Model;
}
