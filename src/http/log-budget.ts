// Holds lines that strangers can cause to a number that a log can bear.

import { systemClock } from '../lib/clock.ts';

/** Lines in a window of time, in milliseconds: some thousand a day at most. */
const LINES = 20;
const WINDOW_MS = 10 * 60_000;

export class LogBudget {
  readonly #now: () => number;
  #begun = Number.NEGATIVE_INFINITY;
  #lines = 0;
  #unlogged = 0;

  /** @param now milliseconds since some moment */
  constructor(now: () => number = systemClock.now) {
    this.#now = now;
  }

  /** Asks for one line; null when there is none left, else how many went without since the last. */
  take(): { readonly unlogged?: number } | null {
    const now = this.#now();
    if (now - this.#begun >= WINDOW_MS) {
      this.#begun = now;
      this.#lines = 0;
    }
    if (this.#lines === LINES) {
      this.#unlogged++;
      return null;
    }
    this.#lines++;
    const unlogged = this.#unlogged;
    this.#unlogged = 0;
    return unlogged === 0 ? {} : { unlogged };
  }
}
