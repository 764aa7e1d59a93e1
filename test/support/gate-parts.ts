// What stands behind a gate in a test: endpoints whose limits do as they are told.

import { AdaptiveLimit, type PermitOutcome } from '../../src/admission/adaptive-limit.ts';
import { Account, type Endpoint } from '../../src/admission/endpoint.ts';
import type { Permit, Target } from '../../src/admission/gate.ts';
import { Failure } from '../../src/failure/failure.ts';
import type { Clock } from '../../src/lib/clock.ts';

/** A limit that stays what it is, can be told to pause, and notes what it is told. */
export class FixedLimit extends AdaptiveLimit {
  readonly #most: number;
  readonly #clock: Clock;
  #now = 0;
  #freeAt = 0;
  /** `accepted` and the outcomes, in order. */
  readonly notes: string[] = [];

  constructor(most: number, clock: Clock) {
    super({ max: most, clock, random: () => 0 });
    this.#most = most;
    this.#clock = clock;
  }

  /** Lets nobody in for at least `ms` milliseconds. */
  pause(ms: number): void {
    this.#freeAt = Math.max(this.#freeAt, this.#clock.now() + ms);
  }

  override waitMs(): number {
    if (this.#now >= this.#most) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#freeAt - this.#clock.now());
  }

  override started(): void {
    this.#now++;
  }

  override accepted(): void {
    this.notes.push('accepted');
  }

  override finished(outcome: PermitOutcome): void {
    this.#now--;
    this.notes.push(outcome);
  }

  override get inFlight(): number {
    return this.#now;
  }
}

export interface FixedRoute extends Endpoint<string> {
  readonly limit: FixedLimit;
}

/** A endpoint that is called `name`, with room for `most` requests. */
export function routeOf(name: string, clock: Clock, most = 1000): FixedRoute {
  return { account: new Account(name), limit: new FixedLimit(most, clock), model: name };
}

/** Wants any of `endpoints`, for a model that may have `max` permits. */
export function wishOf(endpoints: readonly Endpoint<string>[], max = 1000): Target<string> {
  return { endpoints, share: { max, taken: 0 } };
}

/** How an attempt to enter ended: the endpoint's name, the kind of failure, or the error itself. */
export function entry(attempt: Promise<Permit<string>>): Promise<unknown> {
  return attempt.then(
    ({ endpoint }) => endpoint.model,
    (error: unknown) => (error instanceof Failure ? error.kind : error),
  );
}
