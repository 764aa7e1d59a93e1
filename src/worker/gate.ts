// Lets a limited number of requests run at once; the others wait in line, first come first served.

import type { Cancel, Clock } from '../lib/clock.ts';
import type { LaneOutcome } from './adaptive-limit.ts';
import { Failure } from './failure.ts';
import type { Route } from './route.ts';

export interface GateLimits {
  /** Places: how much runs at once. */
  readonly places: number;
  /** Longest line. */
  readonly queueLimit: number;
  /** Longest wait of one request, all its tries together, in milliseconds. */
  readonly queueTimeoutMs: number;
}

/** What a request needs to run. */
export interface Wish<Model> {
  /** Any one of these; never empty. */
  readonly routes: readonly Route<Model>[];
  /** The served model's own share of the places. */
  readonly share: ModelShare;
}

/** A limit on one served model, within the places of the whole worker. */
export interface ModelShare {
  readonly max: number;
  taken: number;
}

/** A request's position in line, kept over all its tries: who tries again does not go to the back. */
export interface Ticket {
  readonly number: number;
  /** Milliseconds that it may still wait. */
  budgetMs: number;
  /** Whether it had a place before, and so cannot be turned away by a full line. */
  admitted: boolean;
}

/** A place at the gate, with the route to take from it. */
export interface Place<Model> {
  readonly route: Route<Model>;
  /** Whether the provider has accepted the request, whatever became of it. */
  readonly accepted: boolean;
  /** The provider has accepted the request; only the first call counts. */
  granted(): void;
  /** Gives the place back; only the first call counts. */
  leave(outcome: LaneOutcome): void;
}

interface Waiting {
  readonly ticket: Ticket;
  readonly wish: Wish<unknown>;
  /** Takes a place if there is one; false when it has to go on waiting. */
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
   * Takes a place, waiting in line for one if need be.
   * @throws Failure `queue_full`, `queue_timeout` or `draining`; the signal's reason when it aborts
   */
  async enter<Model>(
    ticket: Ticket,
    wish: Wish<Model>,
    signal: AbortSignal,
  ): Promise<Place<Model>> {
    signal.throwIfAborted();
    if (this.#closed) throw new Failure('draining');
    // Whoever is in line and can go, goes first.
    this.#admit();
    const place = this.#take(ticket, wish);
    if (place !== null) return place;
    if (!ticket.admitted && this.#line.length >= this.#limits.queueLimit) {
      throw new Failure('queue_full');
    }
    return this.#wait(ticket, wish, signal);
  }

  /** Refuses those in line and whoever comes later; those inside go on. */
  close(): void {
    this.#closed = true;
    for (const waiting of [...this.#line]) waiting.refuse(new Failure('draining'));
  }

  #wait<Model>(ticket: Ticket, wish: Wish<Model>, signal: AbortSignal): Promise<Place<Model>> {
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
        wish,
        tryToEnter: () => {
          const place = this.#take(ticket, wish);
          if (place === null) return false;
          leave();
          resolve(place);
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
    const blocked = new Set<Wish<unknown>>();
    for (const { wish, tryToEnter } of [...this.#line]) {
      if (this.#running >= this.#limits.places) break;
      if (!blocked.has(wish) && !tryToEnter()) blocked.add(wish);
    }
    this.#lookAgain();
  }

  /** Some routes only pause: looks again when the first of them may be free. */
  #lookAgain(): void {
    this.#cancelLook();
    if (this.#running >= this.#limits.places) return;
    const wishes = new Set(this.#line.map(({ wish }) => wish));
    const open = [...wishes].filter(({ share }) => share.taken < share.max);
    const waits = open.flatMap((wish) => this.#candidates(wish).map(({ limit }) => limit.waitMs()));
    // A wait of 0 here ended just now, since the route was asked last.
    const soonest = Math.min(...waits);
    if (soonest === Number.POSITIVE_INFINITY) return;
    this.#cancelLook = this.#clock.after(Math.ceil(soonest), () => this.#admit());
  }

  /** The next route in turn that has room. */
  #freeRoute<Model>(wish: Wish<Model>): Route<Model> | null {
    const { share } = wish;
    if (this.#running >= this.#limits.places || share.taken >= share.max) return null;
    const free = this.#candidates(wish).filter(({ limit }) => limit.waitMs() === 0);
    return free[this.#turns++ % free.length] ?? null;
  }

  /** Accounts at rest only when there is no other. */
  #candidates<Model>({ routes }: Wish<Model>): readonly Route<Model>[] {
    const now = this.#clock.now();
    const awake = routes.filter(({ account }) => !account.isResting(now));
    return awake.length > 0 ? awake : routes;
  }

  #take<Model>(ticket: Ticket, wish: Wish<Model>): Place<Model> | null {
    const route = this.#freeRoute(wish);
    if (route === null) return null;
    const { share } = wish;
    ticket.admitted = true;
    this.#running++;
    share.taken++;
    route.limit.started();
    let left = false;
    let granted = false;
    return {
      route,
      get accepted() {
        return granted;
      },
      granted: () => {
        if (!granted) route.limit.granted();
        granted = true;
      },
      leave: (outcome) => {
        if (left) return;
        left = true;
        this.#running--;
        share.taken--;
        route.limit.finished(outcome);
        this.#admit();
      },
    };
  }
}
