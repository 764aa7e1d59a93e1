// What stands behind a gate in a test: routes whose limits do as they are told.

import type { Clock } from '../../src/lib/clock.ts';
import { AdaptiveLimit, type LaneOutcome } from '../../src/worker/adaptive-limit.ts';
import { Failure } from '../../src/worker/failure.ts';
import type { Place, Wish } from '../../src/worker/gate.ts';
import { Account, type Route } from '../../src/worker/route.ts';

/** A limit that stays what it is, can be told to pause, and notes what it is told. */
export class FixedLimit extends AdaptiveLimit {
  readonly #most: number;
  readonly #clock: Clock;
  #now = 0;
  #freeAt = 0;
  /** `granted` and the outcomes, in order. */
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

  override granted(): void {
    this.notes.push('granted');
  }

  override finished(outcome: LaneOutcome): void {
    this.#now--;
    this.notes.push(outcome);
  }

  override get inFlight(): number {
    return this.#now;
  }
}

export interface FixedRoute extends Route<string> {
  readonly limit: FixedLimit;
}

/** A route that is called `name`, with room for `most` requests. */
export function routeOf(name: string, clock: Clock, most = 1000): FixedRoute {
  return { account: new Account(name), limit: new FixedLimit(most, clock), model: name };
}

/** Wants any of `routes`, for a model that may have `max` places. */
export function wishOf(routes: readonly Route<string>[], max = 1000): Wish<string> {
  return { routes, share: { max, taken: 0 } };
}

/** How an attempt to enter ended: the route's name, the kind of failure, or the error itself. */
export function entry(attempt: Promise<Place<string>>): Promise<unknown> {
  return attempt.then(
    ({ route }) => route.model,
    (error: unknown) => (error instanceof Failure ? error.kind : error),
  );
}
