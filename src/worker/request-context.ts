// The life of one request: who may end it, how it ended, and how long each part took.

import { Failure, failureOf } from '../failure/failure.ts';
import type { Cancel, Clock } from '../lib/clock.ts';
import type { FinishReason, Usage } from '../model/chat-model.ts';
import type { RequestReport } from './observer.ts';
import type { ServedModel } from './served-models.ts';

/** Who asks, as the HTTP side knows it. */
export interface Caller {
  /** Our name of the request, the same in every log line about it. */
  readonly id: string;
  readonly path: string;
  /** Aborts when the caller leaves. */
  readonly signal: AbortSignal;
}

/** Why a request ends whose caller is gone; never told to anybody. */
export class CallerGone extends Error {}

export class RequestContext {
  readonly #caller: Caller;
  readonly #clock: Clock;
  readonly #life = new AbortController();
  readonly #cancelTimer: Cancel;
  readonly #onLeave = () => this.#life.abort(new CallerGone());
  readonly #began: number;
  #startedAt: number | null = null;
  #firstTextAt: number | null = null;
  #outcome: RequestReport['outcome'] = { is: 'left' };
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
    this.#clock = clock;
    this.#began = clock.now();
    this.#cancelTimer = clock.after(timeoutMs, () => this.stop(new Failure('generation_timeout')));
    caller.signal.addEventListener('abort', this.#onLeave, { once: true });
    if (caller.signal.aborted) this.#onLeave();
  }

  get id(): string {
    return this.#caller.id;
  }

  /** Aborts when the caller leaves, the time is up, or the worker has to stop. */
  get signal(): AbortSignal {
    return this.#life.signal;
  }

  stop(failure: Failure): void {
    this.#life.abort(failure);
  }

  /**
   * Attempt number `attempts` has a permit; the first one ends the wait.
   * @param asked whom it asks
   */
  started(attempts: number, asked: Pick<ServedModel, 'name' | 'upstreamModel'>): void {
    this.attempts = attempts;
    this.upstreamModel = asked.upstreamModel;
    this.fallback = asked.name === this.model ? null : asked.name;
    this.#startedAt ??= this.#clock.now();
  }

  /** Text is on its way to the caller; only the first time counts. */
  textArrived(): void {
    this.#firstTextAt ??= this.#clock.now();
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
    return {
      requestId: this.#caller.id,
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
      waitedMs: (this.#startedAt ?? now) - this.#began,
      firstTextMs: this.#firstTextAt === null ? null : this.#firstTextAt - this.#began,
      totalMs: now - this.#began,
    };
  }
}
