// What admission tells whoever keeps logs or metrics: why a request waits, what was learned of a
// model's limits, who is left alone, and which model was asked in place of another.

import type { ModelError, ModelFailureKind } from '../model/model-error.ts';

/**
 * Why a request waits:
 * - `own_limit`: LIMIT_WORKER_CONCURRENCY requests run already;
 * - `model_limit`: the served model has a limit of its own, and it is in use;
 * - `kept_for_chats`: it embeds, and what is free is left to chats that come;
 * - `learned_limit`: the provider grants no more at once, as far as was learned;
 * - `account_rests`: the same, where another account of the model is left alone;
 * - `outage`: the model answers nobody, and one request at a time asks whether it is back;
 * - `retry`: it was refused or failed, and waits before its next attempt.
 */
export type WaitReason =
  | 'own_limit'
  | 'model_limit'
  | 'kept_for_chats'
  | 'learned_limit'
  | 'account_rests'
  | 'outage'
  | 'retry';

/** What all that is told of a request has in common. */
export interface RequestNames {
  readonly requestId: string;
  /** The trace that it is part of; absent = none. */
  readonly traceId?: string;
}

/** A request that begins to wait; one that can go at once is never told of. */
export interface QueuedRequest extends RequestNames {
  /** The served name that is to answer. */
  readonly name: string;
  readonly reason: WaitReason;
}

/** A request that may ask. */
export interface PermittedRequest extends RequestNames {
  /** The served name that is to answer, and the provider's model behind it. */
  readonly name: string;
  readonly model: string;
  /** The account's label, never its key. */
  readonly account: string;
  /** Number of the attempt, counted from 1. */
  readonly attempt: number;
}

export interface FailedAttempt extends RequestNames {
  readonly model: string;
  readonly account: string;
  readonly error: ModelError;
  readonly attempt: number;
  /** Milliseconds until the next attempt at the same model; null when there is none. */
  readonly nextWaitMs: number | null;
}

/** An attempt that the provider answered to the end. */
export interface AnsweredAttempt {
  readonly requestId: string;
  readonly model: string;
  readonly account: string;
  readonly attempt: number;
  /** Milliseconds until the provider accepted it; null where that was not noticed. */
  readonly acceptedMs: number | null;
}

export interface RestedAccount {
  readonly account: string;
  /** The provider's model at which it rests; null = at all of them. */
  readonly model: string | null;
  readonly error: ModelError;
  readonly forMs: number;
}

/** A request that goes to another model than it went to before. */
export interface TakenFallback extends RequestNames {
  /** Served names. */
  readonly from: string;
  readonly to: string;
  /** How `from` failed; `rests` or `outage` when it was not even asked. */
  readonly reason: ModelFailureKind | 'rests' | 'outage';
}

/** What was learned of an account at a model. */
export interface LearnedLimit {
  readonly account: string;
  readonly model: string;
  /** Requests at once that may run from now on, and that might before. */
  readonly limit: number;
  readonly before: number;
}

export interface ChangedOutage {
  readonly account: string;
  readonly model: string;
  /** Whether the model has begun to answer nobody, or is back. */
  readonly isOn: boolean;
}

export interface AdmissionEvents {
  queued(request: QueuedRequest): void;
  permitted(request: PermittedRequest): void;
  attemptAnswered(answered: AnsweredAttempt): void;
  attemptFailed(failed: FailedAttempt): void;
  accountRested(rested: RestedAccount): void;
  fallbackTaken(taken: TakenFallback): void;
  limitLearned(learned: LearnedLimit): void;
  outageChanged(changed: ChangedOutage): void;
}
