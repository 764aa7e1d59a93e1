// How many requests ran and waited in each step of the last minutes, whether or not anybody looked.

import type { Clock } from '../../lib/clock.ts';
import { FIVE_MINUTES } from './sliding-count.ts';

/** Requests at a moment. */
export interface LoadLevel {
  readonly running: number;
  readonly waiting: number;
}

const NOTHING: LoadLevel = { running: 0, waiting: 0 };

/** Keeps the most at once of each step. No timer runs: between two events the load stays as it was. */
export class LoadHistory {
  readonly stepMs = FIVE_MINUTES.stepMs;
  readonly #clock: Clock;
  readonly #read: () => LoadLevel;
  readonly #steps: LoadLevel[] = Array.from({ length: FIVE_MINUTES.steps }, () => NOTHING);
  #step = 0;
  #last = NOTHING;
  #isDue = false;

  constructor(clock: Clock, read: () => LoadLevel) {
    this.#clock = clock;
    this.#read = read;
  }

  /** Something happened to the load. */
  changed(): void {
    this.#note();
    if (this.#isDue) return;
    this.#isDue = true;
    // Whoever ends is still counted while it says so: what is left shows a moment later.
    this.#clock.after(0, () => {
      this.#isDue = false;
      this.#note();
    });
  }

  /** Oldest first. */
  steps(): readonly LoadLevel[] {
    this.#note();
    return [...this.#steps];
  }

  #note(): void {
    const step = Math.floor(this.#clock.now() / this.stepMs);
    const begun = Math.min(step - this.#step, this.#steps.length);
    for (let count = 0; count < begun; count++) {
      this.#steps.shift();
      this.#steps.push(this.#last);
    }
    this.#step = step;
    const { running, waiting } = this.#read();
    this.#last = { running, waiting };
    // The newest step alone.
    for (const newest of this.#steps.splice(-1)) {
      this.#steps.push({
        running: Math.max(newest.running, running),
        waiting: Math.max(newest.waiting, waiting),
      });
    }
  }
}
