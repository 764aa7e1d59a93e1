// Finds out how many requests GLM grants this process at once, when nobody can tell and others share.

import type { Clock } from '../lib/clock.ts';

/** What an {@link AdaptiveLimit} needs. */
export interface AdaptiveLimitOptions {
  /** Most requests at once, whatever GLM would grant. */
  readonly max: number;
  readonly clock: Clock;
  /** Uniform numbers from 0 up to, but not including, 1. */
  readonly random: () => number;
}

/**
 * How a request ended, as far as limits go: `accepted` = GLM took it and it ended, `rate_limited` =
 * the account's limit (1302, 1303), `overloaded` = GLM's own trouble (1305, 1312), `other` = failed
 * or left for reasons that say nothing about limits.
 */
export type PermitOutcome = 'accepted' | 'rate_limited' | 'overloaded' | 'other';

const UNKNOWN = Number.POSITIVE_INFINITY;
/** Growth in permits per cubed round of calls. */
const GROWTH = 0.02;
/** What a refusal leaves of the permits held: this share, less `TAKEN` permits. */
const KEPT = 0.7;
const TAKEN = 0.8;
/** Rounds from half a permit to one; a little less, so that rounding never leaves less than half. */
const HALF_PLACE = Math.cbrt(0.4999 / GROWTH);
/** Refusals in a row, without a grant, that double the pauses. */
const PATIENCE = 16;
/** After so many growths up to `max` without a refusal the account has room for all of it. */
const CALM = 5;
/** Milliseconds; pauses vary by half around their length. */
const LONGEST_PAUSE = 30_000;
const OVERLOAD_PAUSE = 1_000;
/** Milliseconds without a request after which what was learned is too old. */
const FORGOTTEN_AFTER = 60_000;
/** Weight of the call that ended last in what is known of the length of calls. */
const NEWEST = 0.2;

/**
 * The limit of one lane (account key and model): a window that grows by a step per round of granted
 * calls, the same for windows of all sizes, and shrinks by a share of itself when GLM refuses.
 * The step is large far from where GLM refused last and small near it, so lost ground is soon made
 * up and the next refusal is put off. A window below half a permit is a pause, so that replicas
 * whose share is less than one permit take turns. Until GLM refuses, the window is `max`.
 */
export class AdaptiveLimit {
  readonly #clock: Clock;
  readonly #random: () => number;
  #max: number;
  /** When the running requests were started, the oldest first. */
  readonly #starts: number[] = [];
  #idleSince: number;
  /** Milliseconds, first a guess. */
  #callLength = 1_000;
  /** About the permits held when GLM refused last. */
  #ceiling = UNKNOWN;
  #heldBefore = UNKNOWN;
  /** Rounds of calls since the window was at the ceiling; negative before. */
  #rounds = 0;
  #calm = 0;
  /** Whether a request was started since the last refusal; if not, the next is an echo of it. */
  #fresh = true;
  #refusedInRow = 0;
  #overloadedInRow = 0;
  #quietUntil = 0;
  #lastAcceptedAt: number | null = null;

  constructor(options: AdaptiveLimitOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#max = options.max;
    this.#idleSince = options.clock.now();
  }

  /** Requests started and not finished. */
  get inFlight(): number {
    return this.#starts.length;
  }

  /** The window, from 1 to `max`; a fraction is on its way to the next whole number. */
  get limit(): number {
    return Math.min(this.#max, Math.max(1, this.#window));
  }

  /** When GLM accepted a request last, in milliseconds since the epoch; null before the first. */
  get lastAcceptedAt(): number | null {
    return this.#lastAcceptedAt;
  }

  /**
   * Milliseconds until one more request may start: 0 = now, Infinity = not before a running one has
   * ended. Ask again after each end, and after the time given.
   */
  waitMs(): number {
    if (this.inFlight >= Math.round(this.limit)) return Number.POSITIVE_INFINITY;
    const wait = this.#quietUntil - this.#clock.now();
    // Longer than any pause: the system's clock was set back meanwhile.
    return wait > 2 * LONGEST_PAUSE ? 0 : Math.max(0, wait);
  }

  /** A request takes a permit. */
  started(): void {
    const now = this.#clock.now();
    if (this.inFlight === 0 && now - this.#idleSince > FORGOTTEN_AFTER) this.#forget();
    this.#starts.push(now);
    this.#fresh = true;
    // Only one at a time finds out whether GLM has recovered; the others follow its grant.
    if (this.#overloadedInRow > 0) this.#rest(OVERLOAD_PAUSE);
  }

  /** GLM accepted a request: call it once for each, when the response headers or data are there. */
  accepted(): void {
    this.#lastAcceptedAt = this.#clock.now();
    this.#refusedInRow = 0;
    if (this.#fresh) this.#overloadedInRow = 0;
  }

  /** A request gives its permit back. */
  finished(outcome: PermitOutcome): void {
    const wasFull = this.inFlight >= Math.round(this.limit);
    const isRefused = outcome === 'rate_limited' || outcome === 'overloaded';
    // GLM refuses at once, so it was the newest; which of the others it was makes no difference.
    const start = isRefused ? this.#starts.pop() : this.#starts.shift();
    if (start === undefined) return;
    this.#idleSince = this.#clock.now();
    if (outcome === 'rate_limited') this.#refused();
    else if (outcome === 'overloaded') this.#overloaded();
    else this.#learnLength(Math.max(1, this.#idleSince - start));
    if (outcome === 'accepted' && wasFull) this.#grow();
    if (this.inFlight === 0 && this.#window < 0.5) this.#letOthers();
  }

  /** Another `max`, for instance after a reload; running requests stay. */
  setMax(max: number): void {
    this.#max = max;
  }

  get #window(): number {
    return this.#ceiling + GROWTH * this.#rounds ** 3;
  }

  /** A mean of logarithms: one call that hung for long says little about the next one. */
  #learnLength(ms: number): void {
    this.#callLength *= (ms / this.#callLength) ** NEWEST;
  }

  #grow(): void {
    const window = this.#window;
    // Below half a permit only the pause to come brings it back.
    if (window < 0.5 || window === UNKNOWN) return;
    this.#rounds += 1 / (Math.max(1, window) * 2 ** this.#calm);
    if (this.#window < this.#max + 0.5) return;
    // At `max` no refusal can tell that others wait, so some room is offered, ever more rarely.
    if (++this.#calm > CALM) this.#forget();
    else this.#shrink(this.#max, this.#max);
  }

  #refused(): void {
    const held = this.inFlight;
    // Who loses ground leaves some more, for the benefit of those who came later.
    const leaves = this.#fresh && held < this.#heldBefore;
    if (this.#fresh) this.#refusedInRow++;
    if (this.#fresh || held < this.#ceiling)
      this.#shrink(held, leaves ? (held * (1 + KEPT)) / 2 : held);
    this.#fresh = false;
    this.#calm = 0;
  }

  #overloaded(): void {
    if (!this.#fresh) return;
    this.#fresh = false;
    this.#overloadedInRow++;
    this.#rest(OVERLOAD_PAUSE * 2 ** (this.#overloadedInRow - 1));
  }

  #shrink(held: number, ceiling: number): void {
    this.#heldBefore = held;
    this.#ceiling = Math.max(1, ceiling);
    this.#rounds = -Math.cbrt((this.#ceiling - held * KEPT + TAKEN) / GROWTH);
  }

  #forget(): void {
    this.#ceiling = this.#heldBefore = UNKNOWN;
    this.#rounds = this.#calm = 0;
  }

  /** Pauses for as long as the calls would take in which the window grows to half a permit. */
  #letOthers(): void {
    const patience = 2 ** Math.floor(this.#refusedInRow / PATIENCE);
    this.#rest((-HALF_PLACE - this.#rounds) * this.#callLength * patience);
    this.#rounds = -HALF_PLACE;
  }

  #rest(ms: number): void {
    const length = Math.min(LONGEST_PAUSE, ms) * (0.5 + this.#random());
    this.#quietUntil = Math.max(this.#quietUntil, this.#clock.now() + length);
  }
}
