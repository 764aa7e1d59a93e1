// Tries a request until it succeeds, or until another try would not help.

import { Failure } from '../failure/failure.ts';
import { failureRow } from '../failure/table.ts';
import { type Clock, sleep } from '../lib/clock.ts';
import { ModelError } from '../model/model-error.ts';
import type { AdaptiveLimit, PermitOutcome } from './adaptive-limit.ts';
import type { Gate, Permit, Target, Ticket } from './gate.ts';

/** Wait before the first retry and the longest one, in milliseconds; each is jittered. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;

/**
 * While the provider lets some request of ours through so often, waiting helps one that it refused
 * for the number of requests, in milliseconds. Long, because many replicas on a small limit wait
 * that long for their turn; the line's own limit ends the wait of a caller.
 */
const ACCEPTED_WITHIN_MS = 60_000;

export interface AttemptDeps {
  readonly gate: Gate;
  readonly clock: Clock;
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number;
  /** Tries after the first one. */
  readonly retries: number;
}

/** What a failure, or anything else that ends a try, says about the provider's limit. */
export function permitOutcome(error: unknown): PermitOutcome {
  if (!(error instanceof ModelError)) return 'other';
  const { kind } = error;
  return kind === 'rate_limited' || kind === 'overloaded' ? kind : 'other';
}

/** The tries of one request. */
export class Attempts<Model> {
  readonly #parts: AttemptDeps;
  readonly #target: Target<Model>;
  readonly #signal: AbortSignal;
  readonly #ticket: Ticket;
  #last: ModelError | null = null;
  #waitMs = 0;
  /** Tries so far. */
  count = 0;

  constructor(parts: AttemptDeps, target: Target<Model>, signal: AbortSignal) {
    this.#parts = parts;
    this.#target = target;
    this.#signal = signal;
    this.#ticket = parts.gate.ticket();
  }

  /**
   * Waits for the next try's permit.
   * @throws the failure of the last try when no permit came in time, else what the gate throws
   */
  async permit(): Promise<Permit<Model>> {
    const { gate, clock } = this.#parts;
    if (this.#waitMs > 0) {
      await sleep(clock, this.#waitMs, this.#signal);
      this.#ticket.budgetMs -= this.#waitMs;
    }
    try {
      const permit = await gate.enter(this.#ticket, this.#target, this.#signal);
      this.count++;
      return permit;
    } catch (error) {
      const timedOut = error instanceof Failure && error.kind === 'queue_timeout';
      throw timedOut ? (this.#last ?? error) : error;
    }
  }

  /**
   * Takes note of a try that failed before any text.
   * @throws the error when another try would not help
   */
  failed({ endpoint, wasAccepted }: Permit<Model>, error: unknown): void {
    if (!(error instanceof ModelError)) throw error;
    this.#last = error;
    const { clock } = this.#parts;
    if (failureRow(error.kind).rests === 'account') {
      endpoint.account.rest(clock.now());
      const others = this.#target.endpoints.some(({ account }) => !account.isResting(clock.now()));
      if (!others) throw error;
      this.#waitMs = 0;
      return;
    }
    this.#waitMs = this.#waitFor(error);
    // A try that was accepted and then refused would count as a grant for its own next one, for ever.
    const goesOn = !wasAccepted && waitingHelps(error, endpoint.limit, clock);
    const exhausted = this.count > this.#parts.retries && !goesOn;
    if (!mayPass(error) || exhausted || this.#waitMs > this.#ticket.budgetMs) throw error;
  }

  /** The endpoint's own limit paces those who were refused for the number of requests. */
  #waitFor({ kind, upstream }: ModelError): number {
    const asked = upstream.retryAfterMs ?? 0;
    if (kind === 'rate_limited' || kind === 'overloaded') return asked;
    const longest = Math.min(FIRST_WAIT_MS * 2 ** (this.count - 1), LONGEST_WAIT_MS);
    return Math.max(asked, Math.round(longest * (0.5 + this.#parts.random() / 2)));
  }
}

/** Whether the provider refused for the number of requests, and still lets others of ours through. */
function waitingHelps(
  { kind }: ModelError,
  { lastAcceptedAt }: AdaptiveLimit,
  clock: Clock,
): boolean {
  if (kind !== 'rate_limited' || lastAcceptedAt === null) return false;
  return clock.now() - lastAcceptedAt < ACCEPTED_WITHIN_MS;
}

/** Whether the same request may succeed a moment later. */
function mayPass({ kind }: ModelError): boolean {
  const { retry } = failureRow(kind);
  return retry.includes('here') || retry.includes('load');
}
