// What stands behind a gate in a test: endpoints whose lanes do as they are told.

import { Account } from '../../src/admission/account.ts';
import type { Permit } from '../../src/admission/gate.ts';
import { Lane, type PermitOutcome, type Start } from '../../src/admission/lane.ts';
import { PermitPool } from '../../src/admission/permit-pool.ts';
import type { Endpoint, Target } from '../../src/admission/target.ts';
import { Failure } from '../../src/failure/failure.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { FakeClock } from './fake-clock.ts';

/** A lane whose limit stays what it is, that can be told to pause, and notes what it is told. */
export class FixedLane extends Lane {
  readonly #most: number;
  readonly #clock: Clock;
  #now = 0;
  #freeAt = 0;
  /** After so many refusals a request is told. */
  patience = 3;
  /** `accepted` and the outcomes, in order. */
  readonly notes: string[] = [];

  constructor(most: number, clock: Clock) {
    super({ model: 'glm-m', max: most, start: most, clock, random: () => 0 });
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

  override get hasFreedPlace(): boolean {
    return false;
  }

  override started(request: number): Start {
    this.#now++;
    return { request, handover: false, at: this.#clock.now(), isTaken: false };
  }

  override accepted(_start: Start): void {
    this.notes.push('accepted');
  }

  override finished(_start: Start, outcome: PermitOutcome): void {
    this.#now--;
    this.notes.push(outcome);
  }

  override isHopeless(_request: number, refusals: number, _overMs: number): boolean {
    return refusals >= this.patience;
  }

  get inFlight(): number {
    return this.#now;
  }
}

export interface FixedEndpoint extends Endpoint<string> {
  readonly lane: FixedLane;
}

/** An endpoint that is called `name`, with room for `most` requests. */
export function endpointOf(name: string, clock: Clock, most = 1000): FixedEndpoint {
  return { account: new Account(name), lane: new FixedLane(most, clock), model: name };
}

/** Any of `endpoints`, for chats of no special priority that may have 1000 permits unless told. */
export function targetAt(
  endpoints: readonly Endpoint<string>[],
  more: Partial<Target<string>> = {},
): Target<string> {
  const share = poolOf(1000);
  return { name: 'm', priority: 'normal', kind: 'chat', endpoints, share, ...more };
}

/** Permits under a clock that stands still. */
export function poolOf(max: number): PermitPool {
  return new PermitPool(max, new FakeClock());
}

/** How an attempt to enter ended: the endpoint's name, the kind of failure, or the error itself. */
export function entry(attempt: Promise<Permit<string>>): Promise<unknown> {
  return attempt.then(
    ({ endpoint }) => endpoint.model,
    (error: unknown) => (error instanceof Failure ? error.kind : error),
  );
}
