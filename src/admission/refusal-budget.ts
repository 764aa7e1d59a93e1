// How many refusals an acceptance pays for, so that callers who are hardly ever accepted ask less often.

import type { Clock } from '../lib/clock.ts';

/** Refusals that each acceptance pays for. Chance that refuses six of ten stays within it. */
const PER_ACCEPTANCE = 1.6;

/** The most that is saved up, so that a run of bad luck is not taken for more. */
const MOST = 30;

/** What has to be saved again before the budget counts as recovered. */
const RECOVERED = 10;

/** Time alone pays for one refusal per so many lengths of a request, within these bounds in ms. */
const LENGTHS_EACH = 2;
const SHORTEST_MS = 500;
const LONGEST_MS = 10_000;

/**
 * Where many replicas crowd an account, another replica takes each place that becomes free before it
 * can be used, and to each of them its refusals look like chance. What differs is their number, and
 * asking less often costs a replica nothing there. This is client-side throttling as Google's SRE book
 * describes it, counted like the retry budgets of Finagle.
 */
export class RefusalBudget {
  readonly #clock: Clock;
  #left = MOST;
  #isSpent = false;
  #countedAt: number;
  #msEach = SHORTEST_MS;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#countedAt = clock.now();
  }

  /** @param ms about how long requests take at present */
  set requestLength(ms: number) {
    this.#add(0);
    this.#msEach = Math.min(Math.max(LENGTHS_EACH * ms, SHORTEST_MS), LONGEST_MS);
  }

  /** Whether it was used up, and has not recovered since. */
  get isSpent(): boolean {
    this.#add(0);
    return this.#isSpent;
  }

  /** Milliseconds until one more may be asked. */
  get waitMs(): number {
    this.#add(0);
    return this.#left >= 1 ? 0 : Math.ceil((1 - this.#left) * this.#msEach);
  }

  accepted(): void {
    this.#add(PER_ACCEPTANCE);
  }

  refused(): void {
    this.#add(-1);
  }

  /** Adds `refusals`, and what time alone has paid for since the last count. */
  #add(refusals: number): void {
    const now = this.#clock.now();
    const left = this.#left + (now - this.#countedAt) / this.#msEach + refusals;
    this.#countedAt = now;
    this.#left = Math.min(Math.max(left, 0), MOST);
    if (this.#left < 1) this.#isSpent = true;
    else if (this.#left >= RECOVERED) this.#isSpent = false;
  }
}
