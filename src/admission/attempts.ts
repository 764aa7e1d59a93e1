// Attempts a request until it succeeds, or until another attempt would not help at any model.

import { Failure } from '../failure/failure.ts';
import { type FailureRow, failureRow } from '../failure/table.ts';
import { type Clock, sleep } from '../lib/clock.ts';
import { ModelError } from '../model/model-error.ts';
import type { AdmissionEvents, RequestNames, TakenFallback, WaitReason } from './events.ts';
import type { FallbackTally } from './fallback-tally.ts';
import type { Gate, Permit } from './gate.ts';
import type { PermitOutcome } from './lane.ts';
import { REST_MS } from './resting.ts';
import { isOut, isResting, type Target } from './target.ts';
import type { Ticket } from './ticket.ts';

/** Wait before the second attempt and the longest one, in milliseconds; each is jittered. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;

/** The longest wait after a refusal for load, which passes sooner than a fault. */
const LONGEST_LOAD_WAIT_MS = 4000;

export interface AttemptDeps {
  readonly gate: Gate;
  readonly events: AdmissionEvents;
  readonly fallbacks: FallbackTally;
  readonly clock: Clock;
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number;
  /** Attempts after the first one, for faults that may pass. */
  readonly retries: number;
}

/** What a failure, or anything else that ends an attempt, says about the provider's limits. */
export function permitOutcome(error: unknown): PermitOutcome {
  const isLoad = error instanceof ModelError && failureRow(error.kind).retry.includes('load');
  return isLoad ? 'refused' : 'other';
}

export interface AttemptedRequest {
  readonly id: string;
  /** The trace that it is part of. */
  readonly traceId?: string | undefined;
  readonly signal: AbortSignal;
  /** Told whenever it begins to wait. */
  queued?(reason: WaitReason): void;
}

/** The attempts of one request. All of them wait within the budget of one ticket. */
export class Attempts<Model> {
  readonly #deps: AttemptDeps;
  /** Asked once the present one fails in a way that another model may not; in this order. */
  readonly #fallbacks: Target<Model>[];
  readonly #request: AttemptedRequest;
  readonly #names: RequestNames;
  readonly #ticket: Ticket;
  #target: Target<Model>;
  #last: ModelError | null = null;
  /** Why the model before the present one failed. */
  #failedBefore: ModelError | null = null;
  #waitMs = 0;
  #faults = 0;
  #refusals = 0;
  #firstRefusedAt = 0;
  /** Waits after refusals for load, each longer than the one before. */
  #waits = 0;
  /** Kinds of refusals that were amended, by account and model: a second amendment would change nothing. */
  readonly #amended = new Set<string>();
  /** Attempts so far. */
  count = 0;

  constructor(
    deps: AttemptDeps,
    target: Target<Model>,
    request: AttemptedRequest,
    fallbacks: readonly Target<Model>[] = [],
  ) {
    this.#deps = deps;
    this.#target = target;
    const { id: requestId, traceId } = request;
    this.#request = request;
    this.#names = traceId === undefined ? { requestId } : { requestId, traceId };
    this.#ticket = deps.gate.ticket();
    this.#fallbacks = [...fallbacks];
    this.#passOver();
  }

  /** What is asked at present: the request's own target, or a fallback of it. */
  get target(): Target<Model> {
    return this.#target;
  }

  /**
   * Waits for the next attempt's permit.
   * @throws the failure of the last attempt when no permit came in time, else what the gate throws
   */
  async permit(): Promise<Permit<Model>> {
    const { gate, clock, events } = this.#deps;
    const { signal } = this.#request;
    if (this.#waitMs > 0) {
      await sleep(clock, this.#waitMs, signal);
      this.#ticket.budgetMs -= this.#waitMs;
      this.#waitMs = 0;
    }
    try {
      const { name } = this.#target;
      const permit = await gate.enter(this.#ticket, this.#target, signal, (reason) =>
        this.#queued(name, reason),
      );
      const { account, lane } = permit.endpoint;
      const attempt = ++this.count;
      const asked = { name, model: lane.model, account: account.label, attempt };
      events.permitted({ ...this.#names, ...asked });
      return permit;
    } catch (error) {
      const timedOut = error instanceof Failure && error.kind === 'queue_timeout';
      throw timedOut ? (this.#last ?? error) : error;
    }
  }

  #queued(name: string, reason: WaitReason): void {
    this.#request.queued?.(reason);
    this.#deps.events.queued({ ...this.#names, name, reason });
  }

  /** Takes note of an attempt that was answered to the end. */
  answered(permit: Permit<Model>): void {
    const { acceptedMs } = permit;
    this.#deps.events.attemptAnswered({ ...this.#attempt(permit), acceptedMs });
  }

  /**
   * Takes note of an attempt that failed after text, when nothing can be asked any more.
   * @throws the error
   */
  brokeOff(permit: Permit<Model>, error: unknown): never {
    if (error instanceof ModelError) this.#tellFailure(permit, error, null);
    throw error;
  }

  /**
   * Takes note of an attempt that failed before any text.
   * @throws the error when another attempt would not help
   */
  failed(permit: Permit<Model>, error: unknown): void {
    if (!(error instanceof ModelError)) throw error;
    const row = failureRow(error.kind);
    const amended = this.#isAmended(permit, error, row);
    if (!amended) this.#rest(permit, error, row);
    const nextWaitMs = amended ? 0 : this.#nextWait(permit, error, row);
    this.#tellFailure(permit, error, nextWaitMs);
    const told = this.#toldOf(error, row);
    this.#last = told;
    if (nextWaitMs !== null) return;
    if (told === error && !row.retry.includes('fallback')) throw told;
    if (!this.#takeFallback(error.kind)) throw told;
    this.#failedBefore = told;
  }

  #tellFailure(permit: Permit<Model>, error: ModelError, nextWaitMs: number | null): void {
    this.#deps.events.attemptFailed({ ...this.#attempt(permit), error, nextWaitMs });
  }

  /** What is told of the attempt that has this permit. */
  #attempt({ endpoint: { account, lane } }: Permit<Model>) {
    const { label } = account;
    return { ...this.#names, model: lane.model, account: label, attempt: this.count };
  }

  /** What a fallback finds wrong with a request that was not meant for it is not the caller's fault. */
  #toldOf(error: ModelError, { fault }: FailureRow): ModelError {
    const isOfFallback = fault === 'caller' && error.kind !== 'content_blocked';
    return isOfFallback ? (this.#failedBefore ?? error) : error;
  }

  /** Asks a fallback at once where the request's own model would refuse for certain. */
  #passOver(): void {
    const now = this.#deps.clock.now();
    if (!isOut(this.#target, now) || this.#fallbacks.every((one) => isOut(one, now))) return;
    const rests = this.#target.endpoints.every((one) => isResting(one, now));
    this.#takeFallback(rests ? 'rests' : 'outage');
  }

  /** Goes to the next model that may answer; false when all have been asked. */
  #takeFallback(reason: TakenFallback['reason']): boolean {
    const now = this.#deps.clock.now();
    const next = this.#fallbacks.find((one) => !isOut(one, now)) ?? this.#fallbacks[0];
    if (next === undefined) return false;
    const { name: from } = this.#target;
    this.#fallbacks.splice(this.#fallbacks.indexOf(next), 1);
    this.#target = next;
    this.#faults = this.#refusals = this.#waits = this.#waitMs = 0;
    this.#ticket.readyAt = now;
    this.#ticket.wakeable = true;
    const taken = { ...this.#names, from, to: next.name, reason };
    this.#deps.fallbacks.add(taken);
    this.#deps.events.fallbackTaken(taken);
    return true;
  }

  /** Whether the next attempt will differ in what was refused, and is the first that does. */
  #isAmended({ endpoint }: Permit<Model>, error: ModelError, { retry }: FailureRow): boolean {
    const amendment = `${error.kind} ${endpoint.account.label} ${endpoint.lane.model}`;
    if (!error.amended || !retry.includes('amended') || this.#amended.has(amendment)) return false;
    this.#amended.add(amendment);
    return true;
  }

  /** Leaves alone whom the failure concerns: the account, or the account at this model. */
  #rest({ endpoint }: Permit<Model>, error: ModelError, { rests }: FailureRow): void {
    if (rests === null) return;
    const { account, lane } = endpoint;
    const now = this.#deps.clock.now();
    const wasResting = isResting(endpoint, now);
    (rests === 'account' ? account : lane).rest(now, error.kind);
    if (wasResting) return;
    const model = rests === 'account' ? null : lane.model;
    this.#deps.events.accountRested({ account: account.label, model, error, forMs: REST_MS });
  }

  /** Milliseconds until the next attempt; null when there is none. */
  #nextWait(permit: Permit<Model>, error: ModelError, { retry }: FailureRow): number | null {
    const now = this.#deps.clock.now();
    if (retry.includes('other_account')) {
      return this.#target.endpoints.every((one) => isResting(one, now)) ? null : 0;
    }
    const asked = error.upstream.retryAfterMs ?? 0;
    if (retry.includes('load')) return this.#waitForLoad(permit, asked);
    if (!retry.includes('here') || this.#faults >= this.#deps.retries) return null;
    this.#waitMs = Math.max(asked, this.#backOff(++this.#faults, LONGEST_WAIT_MS));
    return this.#waitMs > this.#ticket.budgetMs ? null : this.#waitMs;
  }

  /** Waits in the queue, where a place that becomes free may end the wait. */
  #waitForLoad({ endpoint }: Permit<Model>, askedMs: number): number | null {
    const now = this.#deps.clock.now();
    const wasEarly = now < this.#ticket.readyAt;
    if (this.#refusals++ === 0) this.#firstRefusedAt = now;
    if (!wasEarly) this.#waits++;
    // Where another model can answer, nobody has to wait until this one does.
    const hasFallback = this.#fallbacks.length > 0;
    if (hasFallback && (this.#refusals > this.#deps.retries || endpoint.lane.isOut)) return null;
    if (endpoint.lane.isHopeless(this.#ticket.number, this.#refusals, now - this.#firstRefusedAt))
      return null;
    // An attempt that came before its time takes nothing from the next one.
    const own = wasEarly
      ? this.#ticket.readyAt - now
      : this.#backOff(this.#waits, LONGEST_LOAD_WAIT_MS);
    const wait = Math.max(askedMs, own);
    this.#ticket.readyAt = now + wait;
    this.#ticket.refusedAt = now;
    // One that is refused again and again must not have every place that becomes free.
    const mayWake = endpoint.lane.mayWake(this.#ticket.number, this.#refusals);
    this.#ticket.wakeable = askedMs === 0 && mayWake;
    return wait >= this.#ticket.budgetMs ? null : wait;
  }

  #backOff(failures: number, longestMs: number): number {
    const longest = Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), longestMs);
    return Math.round(longest * (0.5 + this.#deps.random() / 2));
  }
}
