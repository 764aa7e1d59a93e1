// What admission tells whoever keeps logs or metrics: why a request waits, and who is left alone.

import type { ModelError } from '../model/model-error.ts';

export interface FailedAttempt {
  readonly requestId: string;
  /** The account's label, never its key. */
  readonly account: string;
  readonly error: ModelError;
  /** Number of the attempt, counted from 1. */
  readonly attempt: number;
  /** Milliseconds until the next attempt; null when there is none. */
  readonly nextWaitMs: number | null;
}

export interface RestedAccount {
  readonly account: string;
  /** The provider's model at which it rests; null = at all of them. */
  readonly model: string | null;
  readonly error: ModelError;
  readonly forMs: number;
}

export interface AdmissionEvents {
  /** A request waits for a permit. */
  queued(requestId: string): void;
  /** It has one, for attempt number `attempt`. */
  permitted(requestId: string, account: string, attempt: number): void;
  attemptFailed(failed: FailedAttempt): void;
  accountRested(rested: RestedAccount): void;
}
