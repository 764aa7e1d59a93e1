// The life of one request: who may end it, how it ended, and how long each part took.

import type { AttemptedRequest } from '../admission/attempts.ts';
import type { WaitReason } from '../admission/events.ts';
import { Failure, failureOf } from '../failure/failure.ts';
import type { Cancel, Clock } from '../lib/clock.ts';
import type { FinishReason, Usage } from '../model/chat-model.ts';
import type { FailedTry, RequestReport } from './observer.ts';
import {
  type AttemptFailure,
  type AttemptTrace,
  type BegunAttempt,
  type EndedAttempt,
  type RequestTrace,
  untraced,
} from './request-trace.ts';
import type { ServedModel } from './served-models.ts';

/** Failed attempts that are told of; requests that are refused for load have few more. */
const TOLD_ATTEMPTS = 20;

/** Who asks, as the HTTP side knows it. */
export interface Caller {
  /** Our name of the request, the same in every log line about it. */
  readonly id: string;
  readonly path: string;
  /** Aborts when the caller leaves. */
  readonly signal: AbortSignal;
  /** Absent where nobody follows it. */
  readonly trace?: RequestTrace;
}

/** An attempt, as whoever makes it tells of it. */
export interface AttemptContext {
  failed(error: unknown): void;
  ended(end: EndedAttempt): void;
}

/** Why a request ends whose caller is gone; never told to anybody. */
export class CallerGone extends Error {}

export class RequestContext {
  readonly #caller: Caller;
  readonly #trace: RequestTrace;
  readonly #clock: Clock;
  readonly #life = new AbortController();
  readonly #cancelTimer: Cancel;
  readonly #onLeave = () => this.#life.abort(new CallerGone());
  readonly #began: number;
  #startedAt: number | null = null;
  #firstTextAt: number | null = null;
  #outcome: RequestReport['outcome'] = { is: 'left' };
  /** The attempt that was begun last. */
  #attempt: AttemptTrace | null = null;
  #account: string | null = null;
  readonly #failedAttempts: FailedTry[] = [];
  /** Filled in as they become known. */
  operation: RequestReport['operation'] = 'chat';
  model = '';
  upstreamModel = '';
  fallback: string | null = null;
  upstreamRequestId: string | null = null;
  usage: Usage | null = null;
  countedUsage: Usage | null = null;
  /** Whether the model said nothing but what it thinks. */
  onlyReasoning = false;
  attempts = 0;

  constructor(caller: Caller, clock: Clock, timeoutMs: number) {
    this.#caller = caller;
    this.#trace = caller.trace ?? untraced();
    this.#trace.began();
    this.#clock = clock;
    this.#began = clock.now();
    this.#cancelTimer = clock.after(timeoutMs, () => this.stop(new Failure('generation_timeout')));
    caller.signal.addEventListener('abort', this.#onLeave, { once: true });
    if (caller.signal.aborted) this.#onLeave();
  }

  get id(): string {
    return this.#caller.id;
  }

  /** The trace that it is part of; absent = none. */
  get traceId(): string | undefined {
    return this.#trace.traceId;
  }

  /** The same request, as far as a part of it goes that can be cancelled. */
  within(signal: AbortSignal): AttemptedRequest {
    const { id, traceId } = this;
    return { id, traceId, signal, queued: (reason) => this.queued(reason) };
  }

  /** Aborts when the caller leaves, the time is up, or the worker has to stop. */
  get signal(): AbortSignal {
    return this.#life.signal;
  }

  stop(failure: Failure): void {
    this.#life.abort(failure);
  }

  /** It waits, because of this. */
  queued(reason: WaitReason): void {
    this.#trace.queued(reason);
  }

  /**
   * An attempt has a permit; the first one ends the wait.
   * @param asked the served model that is to answer
   */
  started(asked: Pick<ServedModel, 'name' | 'upstreamModel'>, begun: BegunAttempt): AttemptContext {
    this.attempts = begun.number;
    this.upstreamModel = asked.upstreamModel;
    this.fallback = asked.name === this.model ? null : asked.name;
    this.#account = begun.account;
    this.#startedAt ??= this.#clock.now();
    const trace = this.#trace.attempt(begun);
    this.#attempt = trace;
    return {
      failed: (error) => trace.failed(this.#note(begun, error)),
      ended: (end) => trace.ended(end),
    };
  }

  /** Takes note of an attempt that came to nothing. */
  #note({ account, model }: BegunAttempt, error: unknown): AttemptFailure {
    if (isCancelled(error)) return { kind: 'cancelled', upstream: {} };
    const { kind: failure, upstream } = failureOf(error);
    if (this.#failedAttempts.length < TOLD_ATTEMPTS) {
      this.#failedAttempts.push({ failure, code: upstream.code, account, model });
    }
    return { kind: failure, upstream };
  }

  /** Text is on its way to the caller; only the first time counts. */
  textArrived(): void {
    if (this.#firstTextAt !== null) return;
    this.#firstTextAt = this.#clock.now();
    this.#attempt?.firstText();
  }

  /** @param finish null for embeddings, which have no reason to end */
  done(finish: FinishReason | null): void {
    this.#outcome = { is: 'done', finish };
  }

  /** Takes note of how it failed, and gives back what to throw at whoever waits for it. */
  failed(error: unknown): Failure | CallerGone {
    const { reason } = this.#life.signal;
    if (reason instanceof CallerGone) return reason;
    const failure = failureOf(error);
    this.#outcome = { is: 'failed', failure };
    return failure;
  }

  /** Ends timers and listeners, and says how it went. */
  close(): RequestReport {
    this.#cancelTimer();
    this.#caller.signal.removeEventListener('abort', this.#onLeave);
    const now = this.#clock.now();
    const report = {
      requestId: this.#caller.id,
      ...(this.traceId !== undefined && { traceId: this.traceId }),
      path: this.#caller.path,
      operation: this.operation,
      model: this.model,
      upstreamModel: this.upstreamModel,
      fallback: this.fallback,
      outcome: this.#outcome,
      usage: this.usage,
      countedUsage: this.countedUsage,
      onlyReasoning: this.onlyReasoning,
      upstreamRequestId: this.upstreamRequestId,
      attempts: this.attempts,
      failedAttempts: this.#failedAttempts,
      account: this.#account,
      waitedMs: (this.#startedAt ?? now) - this.#began,
      firstTextMs: this.#firstTextAt === null ? null : this.#firstTextAt - this.#began,
      totalMs: now - this.#began,
    };
    this.#trace.finished(report);
    return report;
  }
}

/** Whether nobody waits for an attempt any more: its caller is gone, or another part has failed. */
function isCancelled(error: unknown): boolean {
  return error instanceof CallerGone || (error instanceof Error && error.name === 'AbortError');
}
