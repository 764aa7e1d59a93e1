// Attempts a request until it succeeds, or until another attempt would not help.

import { Failure } from '../failure/failure.ts';
import { type FailureRow, failureRow } from '../failure/table.ts';
import { type Clock, sleep } from '../lib/clock.ts';
import { ModelError } from '../model/model-error.ts';
import type { AdmissionEvents } from './events.ts';
import { type Gate, isResting, type Permit, type Target, type Ticket } from './gate.ts';
import type { PermitOutcome } from './lane.ts';
import { REST_MS } from './resting.ts';

/** Wait before the second attempt and the longest one, in milliseconds; each is jittered. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;

/** The longest wait after a refusal for load, which passes sooner than a fault. */
const LONGEST_LOAD_WAIT_MS = 4000;

export interface AttemptDeps {
  readonly gate: Gate;
  readonly events: AdmissionEvents;
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

/** The attempts of one request. */
export class Attempts<Model> {
  readonly #deps: AttemptDeps;
  readonly #target: Target<Model>;
  readonly #signal: AbortSignal;
  readonly #requestId: string;
  readonly #ticket: Ticket;
  #last: ModelError | null = null;
  #waitMs = 0;
  #faults = 0;
  #refusals = 0;
  /** Kinds of refusals that were amended, by account: a second amendment would change nothing. */
  readonly #amended = new Set<string>();
  /** Attempts so far. */
  count = 0;

  constructor(
    deps: AttemptDeps,
    target: Target<Model>,
    { id, signal }: { readonly id: string; readonly signal: AbortSignal },
  ) {
    this.#deps = deps;
    this.#target = target;
    this.#signal = signal;
    this.#requestId = id;
    this.#ticket = deps.gate.ticket();
  }

  /**
   * Waits for the next attempt's permit.
   * @throws the failure of the last attempt when no permit came in time, else what the gate throws
   */
  async permit(): Promise<Permit<Model>> {
    const { gate, clock, events } = this.#deps;
    if (this.#waitMs > 0) {
      await sleep(clock, this.#waitMs, this.#signal);
      this.#ticket.budgetMs -= this.#waitMs;
      this.#waitMs = 0;
    }
    try {
      events.queued(this.#requestId);
      const permit = await gate.enter(this.#ticket, this.#target, this.#signal);
      this.count++;
      events.permitted(this.#requestId, permit.endpoint.account.label, this.count);
      return permit;
    } catch (error) {
      const timedOut = error instanceof Failure && error.kind === 'queue_timeout';
      throw timedOut ? (this.#last ?? error) : error;
    }
  }

  /**
   * Takes note of an attempt that failed before any text.
   * @throws the error when another attempt would not help
   */
  failed(permit: Permit<Model>, error: unknown): void {
    if (!(error instanceof ModelError)) throw error;
    this.#last = error;
    const row = failureRow(error.kind);
    const account = permit.endpoint.account.label;
    const amended = this.#isAmended(account, error, row);
    if (!amended) this.#rest(permit, error, row);
    const nextWaitMs = amended ? 0 : this.#nextWait(permit, error, row);
    const { count: attempt } = this;
    const requestId = this.#requestId;
    this.#deps.events.attemptFailed({ requestId, account, error, attempt, nextWaitMs });
    if (nextWaitMs === null) throw error;
  }

  /** Whether the next attempt will differ in what was refused, and is the first that does. */
  #isAmended(account: string, error: ModelError, { retry }: FailureRow): boolean {
    const amendment = `${error.kind} ${account}`;
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
    (rests === 'account' ? account : lane).rest(now);
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
    this.#refusals++;
    if (endpoint.lane.isHopeless(this.#ticket.number, this.#refusals)) return null;
    const wait = Math.max(askedMs, this.#backOff(this.#refusals, LONGEST_LOAD_WAIT_MS));
    this.#ticket.readyAt = this.#deps.clock.now() + wait;
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
