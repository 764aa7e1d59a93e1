// What the worker tells whoever keeps logs or metrics; the only calls that go upwards.

import type { RequestNames } from '../admission/events.ts';
import type { Failure } from '../failure/failure.ts';
import type { FailureKind } from '../failure/kinds.ts';
import type { FinishReason, Usage } from '../model/chat-model.ts';

/** An attempt of a request that came to nothing. */
export interface FailedTry {
  readonly failure: FailureKind;
  /** The provider's code, if it gave one. */
  readonly code: string | undefined;
  readonly account: string;
  /** The provider's model. */
  readonly model: string;
}

/** One finished request. */
export interface RequestReport extends RequestNames {
  readonly path: string;
  readonly operation: 'chat' | 'embeddings';
  /** The name the caller asked for. */
  readonly model: string;
  /** The provider's model that was asked last. */
  readonly upstreamModel: string;
  /** The served name that was asked last, where it is another one than the caller's. */
  readonly fallback: string | null;
  readonly outcome: /** `finish` is null for embeddings. */
    | { readonly is: 'done'; readonly finish: FinishReason | null }
    | { readonly is: 'failed'; readonly failure: Failure }
    /** The caller left; nobody was told anything. */
    | { readonly is: 'left' };
  readonly usage: Usage | null;
  /** The same where the provider has counted it; null for what is an estimate. */
  readonly countedUsage: Usage | null;
  /** Whether the model said nothing but what it thinks. */
  readonly onlyReasoning: boolean;
  /** The provider's name for its request, if one was made. */
  readonly upstreamRequestId: string | null;
  /** How often the provider was asked. */
  readonly attempts: number;
  /** The first of those that failed, in their order. */
  readonly failedAttempts: readonly FailedTry[];
  /** Label of the account that was asked last; null when none was. */
  readonly account: string | null;
  /** Milliseconds in the queue, until the first text (null without any), and in all. */
  readonly waitedMs: number;
  readonly firstTextMs: number | null;
  readonly totalMs: number;
}

export interface Observer {
  requestFinished(report: RequestReport): void;
  /** A caller asked for a model that is not served; `answeredAs` was used instead. */
  unknownModel(model: string, answeredAs: string): void;
}
