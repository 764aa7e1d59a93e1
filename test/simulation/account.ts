// GLM as the limits see it: so many requests of one account and model at once, the rest gets 1302.

import type { Clock } from '../../src/lib/clock.ts';
import { logNormal, type Uniform } from './random.ts';

/** What calls are like. */
export interface AccountTraffic {
  /** Median duration of a call at GLM, in milliseconds. */
  readonly callMs: number;
  /** Deviation of the logarithm of the duration. */
  readonly sigma: number;
  /** Shortest and longest way between a replica and GLM, in milliseconds, one way. */
  readonly wayMs: readonly [number, number];
  /** When the response headers come, as a share of the call's duration. */
  readonly headersAt: number;
}

/** What a replica hears of a request. */
export interface Reply {
  readonly refused: () => void;
  /** The response headers. */
  readonly accepted: () => void;
  readonly finished: () => void;
}

/** Sums since the start. */
export interface AccountTotals {
  /** Permit-milliseconds in which a request was served. */
  readonly used: number;
  /** Permit-milliseconds that the limit allowed. */
  readonly offered: number;
  /** Requests refused. */
  readonly refusals: number;
}

/** One account at one model, and the way to it. */
export class Account {
  readonly #clock: Clock;
  readonly #random: Uniform;
  readonly #traffic: AccountTraffic;
  #limit: number;
  #inFlight = 0;
  #since = 0;
  #used = 0;
  #offered = 0;
  #refusals = 0;

  constructor(clock: Clock, random: Uniform, traffic: AccountTraffic, limit: number) {
    this.#clock = clock;
    this.#random = random;
    this.#traffic = traffic;
    this.#limit = limit;
  }

  totals(): AccountTotals {
    this.#count(0);
    return { used: this.#used, offered: this.#offered, refusals: this.#refusals };
  }

  setLimit(limit: number): void {
    this.#count(0);
    this.#limit = limit;
  }

  /** Sends a request; the result cuts it, as a replica that dies does. */
  send(reply: Reply): () => void {
    let isCut = false;
    let isServed = false;
    const later = (ms: number, action: () => void) =>
      this.#clock.after(ms, () => {
        if (!isCut) action();
      });
    const leave = () => {
      isServed = false;
      this.#count(-1);
    };
    later(this.#way(), () => {
      if (this.#inFlight >= this.#limit) {
        this.#refusals++;
        later(this.#way(), reply.refused);
        return;
      }
      const { callMs, sigma, headersAt } = this.#traffic;
      const duration = logNormal(this.#random, callMs, sigma);
      const way = this.#way();
      isServed = true;
      this.#count(1);
      later(duration, leave);
      later(duration * headersAt + way, reply.accepted);
      later(duration + way, reply.finished);
    });
    return () => {
      isCut = true;
      if (isServed) leave();
    };
  }

  #way(): number {
    const [shortest, longest] = this.#traffic.wayMs;
    return shortest + (longest - shortest) * this.#random();
  }

  #count(change: -1 | 0 | 1): void {
    const now = this.#clock.now();
    // A limit that was lowered may be exceeded for a while; more than all is not used.
    this.#used += Math.min(this.#inFlight, this.#limit) * (now - this.#since);
    this.#offered += this.#limit * (now - this.#since);
    this.#since = now;
    this.#inFlight += change;
  }
}
