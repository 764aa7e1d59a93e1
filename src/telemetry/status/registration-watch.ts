// How this worker stands with the controller, put together from what its registration tells.

import type { RegistrationStatus } from './snapshot.ts';
import type { StatusTime } from './status-time.ts';

/** What the registration knows at this moment. */
export interface RegistrationFacts {
  readonly controller: string;
  /** What the controller hands to callers; null while it is not found out. */
  readonly address: string | null;
  /** In the clock's milliseconds; null while the controller does not know this worker. */
  readonly acceptedAt: number | null;
  /** Whether that is not too long ago. */
  readonly isFresh: boolean;
  readonly isDraining: boolean;
}

interface Failing {
  readonly since: number;
  readonly at: number;
  readonly reason: string;
  readonly remedy: string;
}

const OFF: RegistrationStatus = {
  ...{ state: 'off', controller: null, address: null, since: null, lastAcceptedAt: null },
  ...{ reason: null, remedy: null },
};

export class RegistrationWatch {
  readonly #time: StatusTime;
  #registeredAt: number | null = null;
  #unknownSince: number;
  #failing: Failing | null = null;

  constructor(time: StatusTime) {
    this.#time = time;
    this.#unknownSince = time.now();
  }

  registered(): void {
    this.#registeredAt ??= this.#time.now();
    this.#failing = null;
  }

  forgotten(): void {
    this.#registeredAt = null;
    this.#unknownSince = this.#time.now();
  }

  /** @param reason what went wrong, without secrets */
  failed(reason: string, remedy: string): void {
    const at = this.#time.now();
    this.#failing = { since: this.#failing?.since ?? at, at, reason, remedy };
  }

  /** @param facts null without a controller */
  status(facts: RegistrationFacts | null): RegistrationStatus {
    if (facts === null) return OFF;
    const { controller, address, acceptedAt } = facts;
    const failing = this.#failingSince(acceptedAt);
    const state = stateOf(facts, failing !== null);
    const since =
      state === 'registered' ? this.#registeredAt : (failing?.since ?? this.#unknownSince);
    return {
      ...{ state, controller, address },
      since: state === 'draining' ? null : this.#iso(since),
      lastAcceptedAt: this.#iso(acceptedAt),
      reason: failing?.reason ?? null,
      remedy: failing?.remedy ?? null,
    };
  }

  /** What fails now: a beat that was accepted since makes it the past. */
  #failingSince(acceptedAt: number | null): Failing | null {
    if (this.#failing !== null && acceptedAt !== null && acceptedAt >= this.#failing.at) {
      this.#failing = null;
    }
    return this.#failing;
  }

  #iso(at: number | null): string | null {
    return at === null ? null : this.#time.iso(at);
  }
}

function stateOf(
  { isDraining, acceptedAt, isFresh }: RegistrationFacts,
  isFailing: boolean,
): RegistrationStatus['state'] {
  if (isDraining) return 'draining';
  if (acceptedAt === null || !isFresh) return 'not_registered';
  return isFailing ? 'failing' : 'registered';
}
