// What the worker tells whoever follows a single request through all of its attempts.

import type { WaitReason } from '../admission/events.ts';
import type { Permit } from '../admission/gate.ts';
import type { FailureKind } from '../failure/kinds.ts';
import type { ChatResponse, FinishReason, Usage } from '../model/chat-model.ts';
import type { UpstreamDetail } from '../model/model-error.ts';
import type { RequestReport } from './observer.ts';

/** An attempt that has a permit. */
export interface BegunAttempt {
  readonly operation: 'chat' | 'embeddings';
  /** The provider's model. */
  readonly model: string;
  /** The account's label, never its key. */
  readonly account: string;
  /** Counted from 1. */
  readonly number: number;
}

export function begunAttempt(
  operation: BegunAttempt['operation'],
  { endpoint: { account, lane } }: Permit<unknown>,
  number: number,
): BegunAttempt {
  return { operation, model: lane.model, account: account.label, number };
}

/** What is known of an attempt when it ends; null where nothing came. */
export interface EndedAttempt {
  /** The provider's own count. */
  readonly usage: Usage | null;
  readonly finish: FinishReason | null;
  readonly response: ChatResponse | null;
}

/** How an attempt failed, or that nobody waits for it any more. */
export interface AttemptFailure {
  readonly kind: FailureKind | 'cancelled';
  readonly upstream: UpstreamDetail;
}

/** One attempt; `ended` comes last and always. */
export interface AttemptTrace {
  firstText(): void;
  failed(failure: AttemptFailure): void;
  ended(end: EndedAttempt): void;
}

/** One request. Nothing that was asked or answered is told. */
export interface RequestTrace {
  /** What the request is part of, in 32 hexadecimal digits; undefined = of no trace. */
  readonly traceId: string | undefined;
  /** The worker has taken the request; `finished` follows, whatever becomes of it. */
  began(): void;
  queued(reason: WaitReason): void;
  attempt(begun: BegunAttempt): AttemptTrace;
  finished(report: RequestReport): void;
}

const UNTRACED_ATTEMPT: AttemptTrace = {
  firstText: () => undefined,
  failed: () => undefined,
  ended: () => undefined,
};

/** Follows nothing. */
export function untraced(traceId?: string): RequestTrace {
  return {
    traceId,
    began: () => undefined,
    queued: () => undefined,
    attempt: () => UNTRACED_ATTEMPT,
    finished: () => undefined,
  };
}
