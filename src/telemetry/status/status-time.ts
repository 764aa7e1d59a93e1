// Moments of the worker's own clock as hours of the day: the clock never jumps, the hour may.

import type { Clock, WallClock } from '../../lib/clock.ts';

/** So far may the hour be from where the clock would have it, in milliseconds: both are rounded. */
const TOLERANCE_MS = 1000;

export class StatusTime {
  readonly #clock: Clock;
  readonly #wall: WallClock;
  /** The hour at the clock's zero; the same for as long as nobody sets the hour. */
  #zero: number;

  constructor(clock: Clock, wall: WallClock) {
    this.#clock = clock;
    this.#wall = wall;
    this.#zero = this.#measured();
  }

  /** In the clock's milliseconds. */
  now(): number {
    return this.#clock.now();
  }

  /** A moment of the clock as ISO 8601. */
  iso(at: number): string {
    const measured = this.#measured();
    if (Math.abs(measured - this.#zero) > TOLERANCE_MS) this.#zero = measured;
    return new Date(this.#zero + at).toISOString();
  }

  #measured(): number {
    return this.#wall() - this.now();
  }
}
