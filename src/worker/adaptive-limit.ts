// stub
import type { Clock } from '../lib/clock.ts';
export interface AdaptiveLimitOptions {
  readonly max: number;
  readonly clock: Clock;
  readonly random: () => number;
}
export type LaneOutcome = 'granted' | 'rate_limited' | 'overloaded' | 'other';

/** Interim: a plain limit; the adaptive one replaces this file. */
export class AdaptiveLimit {
  #max: number;
  #clock: Clock;
  #inFlight = 0;
  #lastGrantAt: number | null = null;
  constructor({ max, clock }: AdaptiveLimitOptions) {
    this.#max = max;
    this.#clock = clock;
  }
  waitMs(): number {
    return this.#inFlight < this.#max ? 0 : Number.POSITIVE_INFINITY;
  }
  started(): void {
    this.#inFlight++;
  }
  granted(): void {
    this.#lastGrantAt = this.#clock.now();
  }
  finished(_outcome: LaneOutcome): void {
    this.#inFlight--;
  }
  get inFlight(): number {
    return this.#inFlight;
  }
  get limit(): number {
    return this.#max;
  }
  get lastGrantAt(): number | null {
    return this.#lastGrantAt;
  }
  setMax(max: number): void {
    this.#max = max;
  }
}
