// The one owner of who may ask which model when: queue, permits, shares, accounts and what was learned.

import type { Clock } from '../lib/clock.ts';
import { Account } from './account.ts';
import { type AttemptDeps, Attempts } from './attempts.ts';
import type { AdmissionEvents } from './events.ts';
import { Gate, type GateLimits, type ModelShare, type Target } from './gate.ts';
import { Lane, type LaneSnapshot } from './lane.ts';

export interface AdmissionOptions extends GateLimits {
  /** Attempts after the first one, for faults that may pass. */
  readonly retries: number;
  readonly events: AdmissionEvents;
  readonly clock: Clock;
  /** Uniform numbers from 0 up to, but not including, 1. */
  readonly random: () => number;
}

/** How many requests at once an account may have at a model. */
export interface Concurrency {
  readonly max: number;
  /** How many the first ones are while nothing is known. */
  readonly start: number;
}

/** One account at one model, at a moment. */
export interface EndpointSnapshot extends LaneSnapshot {
  readonly account: string;
  readonly model: string;
}

export interface AdmissionSnapshot {
  readonly running: number;
  readonly waiting: number;
  /** Milliseconds. */
  readonly longestWaitMs: number;
  readonly endpoints: readonly EndpointSnapshot[];
}

/** Everything in it lasts as long as the process: a reload of the models forgets nothing. */
export class Admission {
  readonly gate: Gate;
  readonly #deps: AttemptDeps;
  readonly #accounts = new Map<string, Account>();
  readonly #lanes = new Map<Account, Map<string, Lane>>();
  readonly #shares = new Map<string, ModelShare>();

  constructor(options: AdmissionOptions) {
    this.gate = new Gate(options, options.clock);
    this.#deps = { ...options, gate: this.gate };
  }

  /** @param key tells the account from all others, and is kept to nobody else */
  account(key: string): Account {
    const known = this.#accounts.get(key);
    if (known !== undefined) return known;
    const account = new Account(`#${this.#accounts.size + 1}`);
    this.#accounts.set(key, account);
    return account;
  }

  /** @param model the provider's id, because that is how the provider counts */
  lane(account: Account, model: string, { max, start }: Concurrency): Lane {
    const lanes = this.#lanes.get(account) ?? new Map<string, Lane>();
    this.#lanes.set(account, lanes);
    const known = lanes.get(model);
    if (known !== undefined) {
      known.setBounds({ max, start });
      return known;
    }
    const { clock, random } = this.#deps;
    const lane = new Lane({ model, max, start, clock, random });
    lanes.set(model, lane);
    return lane;
  }

  /** The permits of a served model; whoever runs is counted on after a reload. */
  share(name: string, max: number): ModelShare {
    const share = this.#shares.get(name) ?? { max, taken: 0 };
    share.max = max;
    this.#shares.set(name, share);
    return share;
  }

  /** The attempts of one request at any endpoint of the target. */
  attempts<Model>(
    target: Target<Model>,
    request: { readonly id: string; readonly signal: AbortSignal },
  ): Attempts<Model> {
    return new Attempts(this.#deps, target, request);
  }

  snapshot(): AdmissionSnapshot {
    const { running, waiting, longestWaitMs } = this.gate;
    const endpoints = [...this.#lanes].flatMap(([account, lanes]) =>
      [...lanes].map(([model, lane]) => endpointOf(account, model, lane.snapshot(), this.#now)),
    );
    return { running, waiting, longestWaitMs, endpoints };
  }

  /** Refuses those who wait and whoever comes later; what runs goes on. */
  close(): void {
    this.gate.close();
  }

  get #now(): number {
    return this.#deps.clock.now();
  }
}

function endpointOf(
  account: Account,
  model: string,
  lane: LaneSnapshot,
  now: number,
): EndpointSnapshot {
  const until = Math.max(account.restsUntil, lane.restsUntil ?? Number.NEGATIVE_INFINITY);
  return { account: account.label, model, ...lane, restsUntil: until > now ? until : null };
}
