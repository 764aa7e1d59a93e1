// Lets a limited number of requests run at once; the others wait in the queue, first come first served.

import { Failure } from '../failure/failure.ts';
import type { Cancel, Clock } from '../lib/clock.ts';
import type { Account } from './account.ts';
import type { Lane, PermitOutcome } from './lane.ts';

export interface GateLimits {
  /** How much runs at once. */
  readonly permits: number;
  /** Longest queue. */
  readonly queueLimit: number;
  /** Longest wait of one request, all its attempts together, in milliseconds. */
  readonly queueTimeoutMs: number;
}

/** One model at one account. */
export interface Endpoint<Model> {
  readonly account: Account;
  readonly lane: Lane;
  readonly model: Model;
}

/** A limit on one served model, within the permits of the whole worker. */
export interface ModelShare {
  max: number;
  taken: number;
}

/** What a request needs to run. */
export interface Target<Model> {
  /** Any one of these; never empty. */
  readonly endpoints: readonly Endpoint<Model>[];
  readonly share: ModelShare;
}

/** A request's position in the queue, kept over all its attempts. */
export interface Ticket {
  readonly number: number;
  /** Milliseconds that it may still wait. */
  budgetMs: number;
  /** Whether it had a permit before, and so cannot be turned away by a full queue. */
  admitted: boolean;
  /**
   * A request that was refused for load waits until then, in the clock's milliseconds, unless a place
   * becomes free before that nobody else waits for.
   */
  readyAt: number;
  /** Whether such a place may end its wait. */
  wakeable: boolean;
}

/** A permit to ask an endpoint once. */
export interface Permit<Model> {
  readonly endpoint: Endpoint<Model>;
  /** Whether the provider has accepted the request, whatever became of it. */
  readonly wasAccepted: boolean;
  /** The provider has accepted the request; only the first call counts. */
  accepted(): void;
  /** Gives the permit back; only the first call counts. */
  release(outcome: PermitOutcome): void;
}

interface Waiting {
  readonly ticket: Ticket;
  readonly target: Target<unknown>;
  readonly since: number;
  /** Takes a permit if there is one; false when it has to go on waiting. */
  readonly tryToEnter: () => boolean;
  readonly refuse: (reason: Error) => void;
}

export class Gate {
  readonly #limits: GateLimits;
  readonly #clock: Clock;
  /** In the order of their tickets. */
  readonly #queue: Waiting[] = [];
  #running = 0;
  #tickets = 0;
  #turns = 0;
  #closed = false;
  #cancelLook: Cancel = () => undefined;

  constructor(limits: GateLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** How long the one has waited that has waited longest, in milliseconds; 0 when nobody waits. */
  get longestWaitMs(): number {
    const now = this.#clock.now();
    return Math.max(0, ...this.#queue.map(({ since }) => now - since));
  }

  /** A ticket for a new request. */
  ticket(): Ticket {
    const budgetMs = this.#limits.queueTimeoutMs;
    return {
      number: this.#tickets++,
      budgetMs,
      admitted: false,
      readyAt: this.#clock.now(),
      wakeable: true,
    };
  }

  /**
   * Takes a permit, waiting in the queue for one if need be.
   * @throws Failure `queue_full`, `queue_timeout` or `draining`; the signal's reason when it aborts
   */
  async enter<Model>(
    ticket: Ticket,
    target: Target<Model>,
    signal: AbortSignal,
  ): Promise<Permit<Model>> {
    signal.throwIfAborted();
    if (this.#closed) throw new Failure('draining');
    // Whoever waits and can go, goes first.
    this.#admit();
    const permit = this.#isReady(ticket, target) ? this.#take(ticket, target) : null;
    if (permit !== null) return permit;
    if (!ticket.admitted && this.#queue.length >= this.#limits.queueLimit) {
      throw new Failure('queue_full');
    }
    return this.#wait(ticket, target, signal);
  }

  /** Refuses those who wait and whoever comes later; those inside go on. */
  close(): void {
    this.#closed = true;
    for (const waiting of [...this.#queue]) waiting.refuse(new Failure('draining'));
  }

  #wait<Model>(ticket: Ticket, target: Target<Model>, signal: AbortSignal): Promise<Permit<Model>> {
    const since = this.#clock.now();
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#queue.splice(this.#queue.indexOf(waiting), 1);
        signal.removeEventListener('abort', onAbort);
        cancelTimeout();
        ticket.budgetMs -= this.#clock.now() - since;
        if (this.#queue.length === 0) this.#cancelLook();
      };
      const waiting: Waiting = {
        ticket,
        target,
        since,
        tryToEnter: () => {
          const permit = this.#take(ticket, target);
          if (permit === null) return false;
          leave();
          resolve(permit);
          return true;
        },
        refuse: (reason) => {
          leave();
          reject(reason);
        },
      };
      const onAbort = () => waiting.refuse(signal.reason);
      const cancelTimeout = this.#clock.after(Math.max(ticket.budgetMs, 0), () =>
        waiting.refuse(new Failure('queue_timeout')),
      );
      signal.addEventListener('abort', onAbort, { once: true });
      const behind = this.#queue.findIndex((other) => other.ticket.number > ticket.number);
      this.#queue.splice(behind === -1 ? this.#queue.length : behind, 0, waiting);
      this.#lookAgain();
    });
  }

  /** Lets in whoever can go, in the order of the queue; one who cannot does not hold up others. */
  #admit(): void {
    const blocked = new Set<Target<unknown>>();
    const now = this.#clock.now();
    const ready = this.#queue.filter(({ ticket }) => ticket.readyAt <= now);
    const refused = this.#queue.filter(({ ticket }) => ticket.readyAt > now);
    for (const { target, tryToEnter } of ready) {
      if (this.#running >= this.#limits.permits) break;
      if (!blocked.has(target) && !tryToEnter()) blocked.add(target);
    }
    // What is free after that goes to those who were refused before: it is their best chance.
    for (const { ticket, target, tryToEnter } of refused) {
      if (!blocked.has(target) && this.#isReady(ticket, target)) tryToEnter();
    }
    this.#lookAgain();
  }

  #isReady(ticket: Ticket, target: Target<unknown>): boolean {
    if (ticket.readyAt <= this.#clock.now()) return true;
    if (!ticket.wakeable) return false;
    return this.#candidates(target).some(({ lane }) => lane.hasFreedPlace && lane.waitMs() === 0);
  }

  /** Some only pause: looks again when the first of them may go. */
  #lookAgain(): void {
    this.#cancelLook();
    if (this.#running >= this.#limits.permits || this.#queue.length === 0) return;
    const now = this.#clock.now();
    const lanes = new Map<Target<unknown>, number>();
    let soonest = Number.POSITIVE_INFINITY;
    for (const { ticket, target } of this.#queue) {
      if (target.share.taken >= target.share.max) continue;
      const wait = lanes.get(target) ?? this.#shortestWait(target);
      lanes.set(target, wait);
      soonest = Math.min(soonest, Math.max(wait, ticket.readyAt - now));
    }
    if (soonest === Number.POSITIVE_INFINITY) return;
    this.#cancelLook = this.#clock.after(Math.ceil(soonest), () => this.#admit());
  }

  #shortestWait(target: Target<unknown>): number {
    return Math.min(...this.#candidates(target).map(({ lane }) => lane.waitMs()));
  }

  /** The next endpoint in turn that has room. */
  #freeEndpoint<Model>(target: Target<Model>): Endpoint<Model> | null {
    const { share } = target;
    if (this.#running >= this.#limits.permits || share.taken >= share.max) return null;
    const free = this.#candidates(target).filter(({ lane }) => lane.waitMs() === 0);
    return free[this.#turns++ % free.length] ?? null;
  }

  /** Those at rest only when there is no other. */
  #candidates<Model>({ endpoints }: Target<Model>): readonly Endpoint<Model>[] {
    const now = this.#clock.now();
    const awake = endpoints.filter((endpoint) => !isResting(endpoint, now));
    return awake.length > 0 ? awake : endpoints;
  }

  #take<Model>(ticket: Ticket, target: Target<Model>): Permit<Model> | null {
    const endpoint = this.#freeEndpoint(target);
    if (endpoint === null) return null;
    const { share } = target;
    const { lane } = endpoint;
    ticket.admitted = true;
    this.#running++;
    share.taken++;
    const start = lane.started(ticket.number);
    let left = false;
    return {
      endpoint,
      get wasAccepted() {
        return start.isAccepted;
      },
      accepted: () => lane.accepted(start),
      release: (outcome) => {
        if (left) return;
        left = true;
        this.#running--;
        share.taken--;
        lane.finished(start, outcome);
        this.#admit();
      },
    };
  }
}

/** Whether an account is left alone, at all or at this model. */
export function isResting({ account, lane }: Endpoint<unknown>, now: number): boolean {
  return account.isResting(now) || lane.isResting(now);
}
