// Lets a limited number of requests run at once; the others wait in the queue for their turn.

import { Failure } from '../failure/failure.ts';
import type { Cancel, Clock } from '../lib/clock.ts';
import type { WaitReason } from './events.ts';
import type { PermitOutcome } from './lane.ts';
import type { GateListener } from './lane-watch.ts';
import { PermitPool } from './permit-pool.ts';
import { QueueOrder, rankOf } from './queue-order.ts';
import { type QueueSnapshot, rowsOf } from './queue-snapshot.ts';
import { type Endpoint, isResting, type Target } from './target.ts';
import { newTicket, type Ticket } from './ticket.ts';

export interface GateLimits {
  /** How much runs at once. */
  readonly permits: number;
  /** Longest queue. */
  readonly queueLimit: number;
  /** Longest wait of one request, all its attempts together, in milliseconds. */
  readonly queueTimeoutMs: number;
}

/** A permit to ask an endpoint once. */
export interface Permit<Model> {
  readonly endpoint: Endpoint<Model>;
  /** Milliseconds from the permit until the provider accepted the request; null while it has not. */
  readonly acceptedMs: number | null;
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
  readonly #listener: GateListener;
  readonly #permits: PermitPool;
  readonly #order = new QueueOrder();
  /** In the order of their tickets. */
  readonly #queue: Waiting[] = [];
  #tickets = 0;
  #turns = 0;
  #closed = false;
  #cancelLook: Cancel = () => undefined;

  constructor(limits: GateLimits, clock: Clock, listener: GateListener = { changed() {} }) {
    this.#limits = limits;
    this.#clock = clock;
    this.#listener = listener;
    this.#permits = new PermitPool(limits.permits, clock);
  }

  get running(): number {
    return this.#permits.taken;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** How long the one has waited that has waited longest, in milliseconds; 0 when nobody waits. */
  get longestWaitMs(): number {
    const now = this.#clock.now();
    return Math.max(0, ...this.#queue.map(({ since }) => now - since));
  }

  /** Who waits for what and why, in the order of their coming. */
  queue(): readonly QueueSnapshot[] {
    const now = this.#clock.now();
    return rowsOf(
      this.#queue.map(({ ticket, target, since }) => {
        const { name, kind } = target;
        return { name, kind, reason: this.#reason(ticket, target), waitedMs: now - since };
      }),
    );
  }

  /** A ticket for a new request. */
  ticket(): Ticket {
    return newTicket(this.#tickets++, this.#limits.queueTimeoutMs, this.#clock.now());
  }

  /**
   * Takes a permit, waiting in the queue for one if need be.
   * @param onQueued called when there is need
   * @throws Failure `queue_full`, `queue_timeout` or `draining`; the signal's reason when it aborts
   */
  async enter<Model>(
    ticket: Ticket,
    target: Target<Model>,
    signal: AbortSignal,
    onQueued: (reason: WaitReason) => void = () => undefined,
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
    onQueued(this.#reason(ticket, target));
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

  /** Lets in whoever can go, in their order; one who cannot does not hold up others. */
  #admit(): void {
    const blocked = new Set<Target<unknown>>();
    const now = this.#clock.now();
    const refused = this.#queue.filter(({ ticket }) => ticket.readyAt > now);
    let ready = this.#queue.filter(({ ticket }) => ticket.readyAt <= now);
    while (ready.length > 0 && !this.#permits.isFull) {
      const next = this.#order.first(ready);
      if (next?.tryToEnter()) {
        ready.splice(ready.indexOf(next), 1);
        this.#order.went(next, ready);
      } else if (next !== undefined) {
        blocked.add(next.target);
        ready = ready.filter(({ target }) => target !== next.target);
      }
    }
    // What is free after that goes to those who were refused before: it is their best chance.
    for (const { ticket, target, tryToEnter } of refused.sort(soonestFirst)) {
      if (!blocked.has(target) && this.#isReady(ticket, target)) tryToEnter();
    }
    this.#lookAgain();
  }

  #isReady(ticket: Ticket, target: Target<unknown>): boolean {
    return ticket.readyAt <= this.#clock.now() || this.#isWoken(ticket, target);
  }

  /**
   * Whether a request that was refused need not wait any longer: a place has become free, an outage
   * is over, or somebody has to ask whether it is.
   */
  #isWoken({ wakeable, refusedAt }: Ticket, target: Target<unknown>): boolean {
    if (!wakeable) return false;
    return this.#candidates(target).some(
      ({ lane }) => lane.hasFreedPlace || lane.isOut || lane.backAt > refusedAt,
    );
  }

  /** Some only pause: looks again when the first of them may go. */
  #lookAgain(): void {
    this.#cancelLook();
    if (this.#permits.isFull || this.#queue.length === 0) return;
    const now = this.#clock.now();
    const lanes = new Map<Target<unknown>, number>();
    let soonest = Number.POSITIVE_INFINITY;
    for (const { ticket, target } of this.#queue) {
      if (!this.#hasRoom(target)) continue;
      const wait = lanes.get(target) ?? this.#shortestWait(target);
      lanes.set(target, wait);
      const own = this.#isWoken(ticket, target) ? 0 : ticket.readyAt - now;
      soonest = Math.min(soonest, Math.max(wait, own));
    }
    if (soonest === Number.POSITIVE_INFINITY) return;
    this.#cancelLook = this.#clock.after(Math.ceil(soonest), () => this.#admit());
  }

  #shortestWait(target: Target<unknown>): number {
    return Math.min(...this.#candidates(target).map(({ lane }) => lane.waitMs()));
  }

  #hasRoom({ share, kind }: Target<unknown>): boolean {
    return this.#permits.hasRoom(kind) && share.hasRoom(kind);
  }

  /** Why a request cannot go at this moment. */
  #reason(ticket: Ticket, target: Target<unknown>): WaitReason {
    const now = this.#clock.now();
    if (ticket.readyAt > now) return 'retry';
    if (this.#permits.isFull) return 'own_limit';
    if (target.share.isFull) return 'model_limit';
    if (!this.#hasRoom(target)) return 'kept_for_chats';
    const candidates = this.#candidates(target);
    if (candidates.every(({ lane }) => lane.isOut)) return 'outage';
    return candidates.length < target.endpoints.length ? 'account_rests' : 'learned_limit';
  }

  /** The next endpoint in turn that has room. */
  #freeEndpoint<Model>(target: Target<Model>): Endpoint<Model> | null {
    if (!this.#hasRoom(target)) return null;
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
    const { share, kind } = target;
    const { lane } = endpoint;
    const changed = () => this.#listener.changed(endpoint);
    changed();
    ticket.admitted = true;
    this.#permits.take(kind);
    share.take(kind);
    const start = lane.started(ticket.number);
    const startedAt = this.#clock.now();
    let acceptedMs: number | null = null;
    let left = false;
    return {
      endpoint,
      get acceptedMs() {
        return acceptedMs;
      },
      accepted: () => {
        if (acceptedMs !== null) return;
        acceptedMs = this.#clock.now() - startedAt;
        const wasOut = lane.isOut;
        lane.accepted(start);
        changed();
        if (wasOut) this.#admit();
      },
      release: (outcome) => {
        if (left) return;
        left = true;
        this.#permits.release(kind);
        share.release(kind);
        lane.finished(start, outcome);
        changed();
        this.#admit();
      },
    };
  }
}

/** By rank, then by when their waits would end: so one that is always refused has no more turns. */
function soonestFirst(one: Waiting, other: Waiting): number {
  return rankOf(one) - rankOf(other) || one.ticket.readyAt - other.ticket.readyAt;
}
