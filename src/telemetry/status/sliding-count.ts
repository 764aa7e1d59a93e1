// Counts what happened within the last minutes, in a fixed number of steps.

/** How a window is cut. */
export interface Window {
  readonly stepMs: number;
  readonly steps: number;
}

/** Five minutes in steps of five seconds. */
export const FIVE_MINUTES: Window = { stepMs: 5000, steps: 60 };

export class SlidingCount {
  readonly #window: Window;
  readonly #counts: number[];
  /** Number of the newest step, counted from the clock's zero. */
  #step = 0;

  constructor(window: Window) {
    this.#window = window;
    this.#counts = Array.from({ length: window.steps }, () => 0);
  }

  add(now: number, amount: number): void {
    this.#moveTo(now);
    const at = this.#step % this.#counts.length;
    this.#counts[at] = Number(this.#counts[at]) + amount;
  }

  total(now: number): number {
    this.#moveTo(now);
    return this.#counts.reduce((sum, one) => sum + one, 0);
  }

  /** Empties the steps that have begun since. */
  #moveTo(now: number): void {
    const { steps, stepMs } = this.#window;
    const step = Math.floor(now / stepMs);
    const begun = Math.min(step - this.#step, steps);
    for (let ago = 0; ago < begun; ago++) this.#counts[(step - ago) % steps] = 0;
    this.#step = Math.max(step, this.#step);
  }
}
