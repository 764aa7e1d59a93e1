// Lets a limited number of generations run at once; the others wait in line, first come first served.

import type { Cancel, Clock } from '../lib/clock.ts';
import { Failure, type FailureKind } from './failure.ts';

export interface GateLimits {
  /** Places: how much runs at once. */
  readonly places: number;
  /** Longest line. */
  readonly queueLimit: number;
  /** Longest wait in line, in milliseconds. */
  readonly queueTimeoutMs: number;
}

/** Gives a place back; only the first call counts. */
export type Release = () => void;

interface Waiting {
  readonly enter: () => void;
  readonly refuse: (reason: Error) => void;
}

export class Gate {
  readonly #limits: GateLimits;
  readonly #clock: Clock;
  /** Insertion order is the order of the line. */
  readonly #line = new Set<Waiting>();
  #running = 0;
  #closed = false;

  constructor(limits: GateLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#line.size;
  }

  /**
   * Takes a place, waiting in line for one if need be.
   * @throws Failure `queue_full`, `queue_timeout` or `draining`; the signal's reason when it aborts
   */
  async enter(signal: AbortSignal): Promise<Release> {
    signal.throwIfAborted();
    if (this.#closed) throw new Failure('draining');
    if (this.#running >= this.#limits.places) await this.#wait(signal);
    else this.#running++;
    return this.#release();
  }

  /** Refuses those in line and whoever comes later; those inside go on. */
  close(): void {
    this.#closed = true;
    for (const waiting of [...this.#line]) waiting.refuse(new Failure('draining'));
  }

  #wait(signal: AbortSignal): Promise<void> {
    if (this.#line.size >= this.#limits.queueLimit) throw new Failure('queue_full');
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#line.delete(waiting);
        signal.removeEventListener('abort', onAbort);
        cancelTimer();
      };
      const waiting: Waiting = {
        enter: () => {
          leave();
          resolve();
        },
        refuse: (reason) => {
          leave();
          reject(reason);
        },
      };
      const onAbort = () => waiting.refuse(signal.reason);
      const cancelTimer = this.#refuseLater(waiting, 'queue_timeout');
      this.#line.add(waiting);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #refuseLater(waiting: Waiting, kind: FailureKind): Cancel {
    return this.#clock.after(this.#limits.queueTimeoutMs, () => waiting.refuse(new Failure(kind)));
  }

  /** A place that is given back goes straight to the first in line, so nobody can overtake. */
  #release(): Release {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const [first] = this.#line;
      if (first === undefined) this.#running--;
      else first.enter();
    };
  }
}
