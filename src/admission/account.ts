// An account of the provider, and how long it is left alone after a refusal of its own.

/** How long an account is left alone that the provider refused for its own sake, in milliseconds. */
export const REST_MS = 60_000;

/** An account of the provider, shared by all models it serves. */
export class Account {
  /** For logs: never the key itself. */
  readonly label: string;
  #restsUntil = Number.NEGATIVE_INFINITY;

  constructor(label: string) {
    this.label = label;
  }

  /** When it may be asked again, in the clock's milliseconds; in the past when it is not resting. */
  get restsUntil(): number {
    return this.#restsUntil;
  }

  /** Leaves the account alone for a while: its key is refused, or nothing is left on it. */
  rest(now: number): void {
    this.#restsUntil = now + REST_MS;
  }

  isResting(now: number): boolean {
    return now < this.#restsUntil;
  }
}
