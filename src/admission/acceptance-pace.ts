// How often a lane accepts something, and whether it has been silent for longer than that explains.

import type { Clock } from '../lib/clock.ts';

/** Weight of the latest interval in what is known of them. */
const NEWEST = 0.1;

/** An interval counts at most so many times the usual one: a silence is what is to be found. */
const LONGEST = 3;

/** So many usual intervals are a silence; by chance one of seven or eight is as long. */
const SILENT = 2;

/** A refusal is on its way for some time, in milliseconds. */
const SHORTEST_SILENCE_MS = 100;

/**
 * At a limit something is accepted as often as an answer ends. In bursts and outages nothing is for a
 * while, and what is refused then says nothing about a limit.
 */
export class AcceptancePace {
  readonly #clock: Clock;
  /** Milliseconds, first a guess. */
  #interval = 1000;
  #last: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  accepted(): void {
    const now = this.#clock.now();
    if (this.#last !== null) {
      const interval = Math.min(now - this.#last, LONGEST * this.#interval);
      this.#interval += NEWEST * (interval - this.#interval);
    }
    this.#last = now;
  }

  /** Whether nothing has been accepted for longer than usual. */
  get isSilent(): boolean {
    if (this.#last === null) return false;
    const silence = Math.max(SILENT * this.#interval, SHORTEST_SILENCE_MS);
    return this.#clock.now() - this.#last > silence;
  }
}
