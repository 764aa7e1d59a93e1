// Lets a limited number of requests run at once; the others wait in line, first come first served.

import { Failure } from '../failure/failure.ts';
import type { Cancel, Clock } from '../lib/clock.ts';
import type { PermitOutcome } from './adaptive-limit.ts';
import type { Endpoint } from './endpoint.ts';

export interface GateLimits {
  /** Places: how much runs at once. */
  readonly permits: number;
  /** Longest line. */
  readonly queueLimit: number;
  /** Longest wait of one request, all its tries together, in milliseconds. */
  readonly queueTimeoutMs: number;
}

/** What a request needs to run. */
export interface Target<Model> {
  /** Any one of these; never empty. */
  readonly endpoints: readonly Endpoint<Model>[];
  /** The served model's own share of the permits. */
  readonly share: ModelShare;
}

/** A limit on one served model, within the permits of the whole worker. */
export interface ModelShare {
  readonly max: number;
  taken: number;
}

/** A request's position in line, kept over all its tries: who tries again does not go to the back. */
export interface Ticket {
  readonly number: number;
  /** Milliseconds that it may still wait. */
  budgetMs: number;
  /** Whether it had a permit before, and so cannot be turned away by a full line. */
  admitted: boolean;
}

/** A permit at the gate, with the endpoint to take from it. */
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
  /** Takes a permit if there is one; false when it has to go on waiting. */
  readonly tryToEnter: () => boolean;
  readonly refuse: (reason: Error) => void;
}

export class Gate {
  readonly #limits: GateLimits;
  readonly #clock: Clock;
  /** In the order of their tickets. */
  readonly #line: Waiting[] = [];
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
    return this.#line.length;
  }

  /** A ticket for a new request. */
  ticket(): Ticket {
    const budgetMs = this.#limits.queueTimeoutMs;
    return { number: this.#tickets++, budgetMs, admitted: false };
  }

  /**
   * Takes a permit, waiting in line for one if need be.
   * @throws Failure `queue_full`, `queue_timeout` or `draining`; the signal's reason when it aborts
   */
  async enter<Model>(
    ticket: Ticket,
    target: Target<Model>,
    signal: AbortSignal,
  ): Promise<Permit<Model>> {
    signal.throwIfAborted();
    if (this.#closed) throw new Failure('draining');
    // Whoever is in line and can go, goes first.
    this.#admit();
    const permit = this.#take(ticket, target);
    if (permit !== null) return permit;
    if (!ticket.admitted && this.#line.length >= this.#limits.queueLimit) {
      throw new Failure('queue_full');
    }
    return this.#wait(ticket, target, signal);
  }

  /** Refuses those in line and whoever comes later; those inside go on. */
  close(): void {
    this.#closed = true;
    for (const waiting of [...this.#line]) waiting.refuse(new Failure('draining'));
  }

  #wait<Model>(ticket: Ticket, target: Target<Model>, signal: AbortSignal): Promise<Permit<Model>> {
    const began = this.#clock.now();
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#line.splice(this.#line.indexOf(waiting), 1);
        signal.removeEventListener('abort', onAbort);
        cancelTimeout();
        ticket.budgetMs -= this.#clock.now() - began;
        if (this.#line.length === 0) this.#cancelLook();
      };
      const waiting: Waiting = {
        ticket,
        target,
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
      const behind = this.#line.findIndex((other) => other.ticket.number > ticket.number);
      this.#line.splice(behind === -1 ? this.#line.length : behind, 0, waiting);
      this.#lookAgain();
    });
  }

  /** Lets in whoever can go, in the order of the line; one who cannot does not hold up others. */
  #admit(): void {
    const blocked = new Set<Target<unknown>>();
    for (const { target, tryToEnter } of [...this.#line]) {
      if (this.#running >= this.#limits.permits) break;
      if (!blocked.has(target) && !tryToEnter()) blocked.add(target);
    }
    this.#lookAgain();
  }

  /** Some endpoints only pause: looks again when the first of them may be free. */
  #lookAgain(): void {
    this.#cancelLook();
    if (this.#running >= this.#limits.permits) return;
    const targets = new Set(this.#line.map(({ target }) => target));
    const open = [...targets].filter(({ share }) => share.taken < share.max);
    const waits = open.flatMap((target) =>
      this.#candidates(target).map(({ limit }) => limit.waitMs()),
    );
    // A wait of 0 here ended just now, since the endpoint was asked last.
    const soonest = Math.min(...waits);
    if (soonest === Number.POSITIVE_INFINITY) return;
    this.#cancelLook = this.#clock.after(Math.ceil(soonest), () => this.#admit());
  }

  /** The next endpoint in turn that has room. */
  #freeEndpoint<Model>(target: Target<Model>): Endpoint<Model> | null {
    const { share } = target;
    if (this.#running >= this.#limits.permits || share.taken >= share.max) return null;
    const free = this.#candidates(target).filter(({ limit }) => limit.waitMs() === 0);
    return free[this.#turns++ % free.length] ?? null;
  }

  /** Accounts at rest only when there is no other. */
  #candidates<Model>({ endpoints }: Target<Model>): readonly Endpoint<Model>[] {
    const now = this.#clock.now();
    const awake = endpoints.filter(({ account }) => !account.isResting(now));
    return awake.length > 0 ? awake : endpoints;
  }

  #take<Model>(ticket: Ticket, target: Target<Model>): Permit<Model> | null {
    const endpoint = this.#freeEndpoint(target);
    if (endpoint === null) return null;
    const { share } = target;
    ticket.admitted = true;
    this.#running++;
    share.taken++;
    endpoint.limit.started();
    let left = false;
    let isAccepted = false;
    return {
      endpoint,
      get wasAccepted() {
        return isAccepted;
      },
      accepted: () => {
        if (!isAccepted) endpoint.limit.accepted();
        isAccepted = true;
      },
      release: (outcome) => {
        if (left) return;
        left = true;
        this.#running--;
        share.taken--;
        endpoint.limit.finished(outcome);
        this.#admit();
      },
    };
  }
}
