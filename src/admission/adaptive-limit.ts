// Finds out how many requests are granted to this process at once, when nobody can tell and others share.

import type { Clock } from '../lib/clock.ts';

/** What an {@link AdaptiveLimit} needs. */
export interface AdaptiveLimitOptions {
  /** Most requests at once, whatever the provider would grant. */
  readonly max: number;
  /** The first window while no limit has been met; it doubles with each round of answers. */
  readonly start: number;
  readonly clock: Clock;
  /** Uniform numbers from 0 up to, but not including, 1. */
  readonly random: () => number;
}

/**
 * How a request ended: `accepted` = it was taken and it ended, `limited` = refused by a limit,
 * `unlucky` = refused for reasons that say nothing about one, `other` = failed or left.
 */
export type WindowOutcome = 'accepted' | 'limited' | 'unlucky' | 'other';

const UNKNOWN = Number.POSITIVE_INFINITY;
/** Growth in permits per cubed round of requests. */
const GROWTH = 0.02;
/** What a refusal leaves of the permits held: this share, less `TAKEN` permits. */
const KEPT = 0.7;
const TAKEN = 0.8;
/** Rounds from half a permit to one; a little less, so that rounding never leaves less than half. */
const HALF = Math.cbrt(0.4999 / GROWTH);
/** After so many growths up to `max` without a refusal there is room for all of it. */
const CALM = 5;
/** A limit that was met so often at the same number is asked for no more rarely than it is then. */
const MOST_CONFIRMED = 4;
/** Milliseconds; pauses vary by half around their length. */
const LONGEST_PAUSE = 30_000;
/** Milliseconds without a request after which what was learned is too old. */
const FORGOTTEN_AFTER = 60_000;
/** Weight of the request that ended last in what is known of their length. */
const NEWEST = 0.2;

/**
 * The limit of one lane (account and model): a window that grows by a step per round of accepted
 * requests, the same for windows of all sizes, and shrinks by a share of itself when a limit refuses.
 * The step is large far from where it was refused last and small near it, so lost ground is soon made
 * up and the next refusal is put off. A window below half a permit is a pause, so that replicas
 * whose share is less than one permit take turns.
 */
export class AdaptiveLimit {
  readonly #clock: Clock;
  readonly #random: () => number;
  #first: number;
  #max: number;
  /** When the running requests were started, the oldest first. */
  readonly #starts: number[] = [];
  #idleSince: number;
  /** Milliseconds, first a guess. */
  #requestLength = 1_000;
  /** The window while no limit has been met. */
  #open: number;
  /** About the permits held when a limit refused last. */
  #ceiling = UNKNOWN;
  #heldBefore = UNKNOWN;
  /** Rounds of requests since the window was at the ceiling; negative before. */
  #rounds = 0;
  #calm = 0;
  /** How often in a row it was refused with the same number of permits. */
  #confirmed = 0;
  /** Whether a request was started since the last refusal; if not, the next is an echo of it. */
  #fresh = true;
  #quietUntil = 0;
  #lastAcceptedAt: number | null = null;

  constructor(options: AdaptiveLimitOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#max = options.max;
    this.#first = options.start;
    this.#open = Math.min(options.start, options.max);
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

  /** About how long requests take, in milliseconds. */
  get requestLength(): number {
    return this.#requestLength;
  }

  /** When a request was accepted last, in the clock's milliseconds; null before the first. */
  get lastAcceptedAt(): number | null {
    return this.#lastAcceptedAt;
  }

  /**
   * Milliseconds until one more request may start: 0 = now, Infinity = not before a running one has
   * ended. Ask again after each end, and after the time given.
   */
  waitMs(): number {
    if (this.inFlight >= Math.round(this.limit)) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#quietUntil - this.#clock.now());
  }

  /** A request takes a permit. */
  started(): void {
    const now = this.#clock.now();
    if (this.inFlight === 0 && now - this.#idleSince > FORGOTTEN_AFTER) this.#forget();
    this.#starts.push(now);
    this.#fresh = true;
  }

  /** A request was accepted: call it once for each, when the response headers or data are there. */
  accepted(): void {
    this.#lastAcceptedAt = this.#clock.now();
  }

  /** A request gives its permit back. */
  finished(outcome: WindowOutcome): void {
    const wasFull = this.inFlight >= Math.round(this.limit);
    const isRefused = outcome === 'limited' || outcome === 'unlucky';
    // A refusal comes at once, so it was the newest; which of the others it was makes no difference.
    const start = isRefused ? this.#starts.pop() : this.#starts.shift();
    if (start === undefined) return;
    this.#idleSince = this.#clock.now();
    if (outcome === 'limited') this.#refused();
    else if (!isRefused) this.#learnLength(Math.max(1, this.#idleSince - start));
    if (outcome === 'accepted' && wasFull) this.#grow();
    if (this.inFlight === 0 && this.#window < 0.5) this.#letOthers();
  }

  /** Other bounds, for instance after a reload; running requests stay. */
  setBounds({ max, start }: { readonly max: number; readonly start: number }): void {
    this.#max = max;
    this.#first = start;
    this.#open = Math.min(Math.max(this.#open, start), max);
  }

  get #window(): number {
    if (this.#ceiling === UNKNOWN) return this.#open;
    return this.#ceiling + GROWTH * this.#rounds ** 3;
  }

  /** A mean of logarithms: one request that hung for long says little about the next one. */
  #learnLength(ms: number): void {
    this.#requestLength *= (ms / this.#requestLength) ** NEWEST;
  }

  #grow(): void {
    if (this.#ceiling === UNKNOWN) {
      this.#open = Math.min(this.#open + 1, this.#max);
      return;
    }
    const window = this.#window;
    // Below half a permit only the pause to come brings it back.
    if (window < 0.5) return;
    this.#rounds += 1 / (Math.max(1, window) * 2 ** this.#calm * this.#caution(window));
    if (this.#window < this.#max + 0.5) return;
    // At `max` no refusal can tell that others wait, so some room is offered, ever more rarely.
    if (++this.#calm > CALM) this.#openAll();
    else this.#shrink(this.#max, this.#max);
  }

  /** How much slower it grows where a limit was met again and again; beyond it there is none. */
  #caution(window: number): number {
    const isNear = this.#rounds >= -1 && window <= this.#ceiling + 1;
    return isNear ? 1 + this.#confirmed : 1;
  }

  #refused(): void {
    const held = this.inFlight;
    const isConfirmed = held === this.#heldBefore;
    this.#confirmed = isConfirmed ? Math.min(this.#confirmed + 1, MOST_CONFIRMED) : 0;
    // A replica that is losing permits gives up some more, for those who came later.
    const leaves = this.#fresh && held < this.#heldBefore;
    if (this.#fresh || held < this.#ceiling)
      this.#shrink(held, leaves ? (held * (1 + KEPT)) / 2 : held);
    this.#fresh = false;
    this.#calm = 0;
  }

  #shrink(held: number, ceiling: number): void {
    this.#heldBefore = held;
    this.#ceiling = Math.max(1, ceiling);
    this.#rounds = -Math.cbrt((this.#ceiling - held * KEPT + TAKEN) / GROWTH);
  }

  #forget(): void {
    this.#ceiling = this.#heldBefore = UNKNOWN;
    this.#open = Math.min(this.#first, this.#max);
    this.#rounds = this.#calm = 0;
  }

  /** There is room for `max`, as far as anybody can tell. */
  #openAll(): void {
    this.#forget();
    this.#open = this.#max;
  }

  /** Pauses for as long as the requests would take in which the window grows to half a permit. */
  #letOthers(): void {
    this.#rest((-HALF - this.#rounds) * this.#requestLength);
    this.#rounds = -HALF;
  }

  #rest(ms: number): void {
    const length = Math.min(LONGEST_PAUSE, ms) * (0.5 + this.#random());
    this.#quietUntil = Math.max(this.#quietUntil, this.#clock.now() + length);
  }
}
