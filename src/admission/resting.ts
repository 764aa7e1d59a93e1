// Leaves somebody alone for a while: an account, or an account at one model.

import type { ModelFailureKind } from '../model/model-error.ts';

/** How long somebody is left alone after a refusal for their own sake, in milliseconds. */
export const REST_MS = 60_000;

/** Whoever the provider refused for their own sake, and so is asked again only later. */
export abstract class Resting {
  #restsUntil = Number.NEGATIVE_INFINITY;
  #because: ModelFailureKind | null = null;

  /** When it may be asked again, in the clock's milliseconds; in the past when it is not resting. */
  get restsUntil(): number {
    return this.#restsUntil;
  }

  /** The refusal that it rests because of, or rested last; null when there was none. */
  get restsBecause(): ModelFailureKind | null {
    return this.#because;
  }

  rest(now: number, because: ModelFailureKind): void {
    this.#restsUntil = now + REST_MS;
    this.#because = because;
  }

  isResting(now: number): boolean {
    return now < this.#restsUntil;
  }
}
