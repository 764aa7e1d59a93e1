// The one owner of who may ask which model when: queue, permits, shares, accounts and what was learned.

import type { Clock } from '../lib/clock.ts';
import type { ModelFailureKind } from '../model/model-error.ts';
import { Account } from './account.ts';
import { type AttemptDeps, type AttemptedRequest, Attempts } from './attempts.ts';
import type { AdmissionEvents } from './events.ts';
import { type FallbackSnapshot, FallbackTally } from './fallback-tally.ts';
import { Gate, type GateLimits } from './gate.ts';
import { Lane, type LaneSnapshot } from './lane.ts';
import { LaneWatch } from './lane-watch.ts';
import { PermitPool } from './permit-pool.ts';
import type { QueueSnapshot } from './queue-snapshot.ts';
import type { Target } from './target.ts';

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
  /** The refusal that it rests because of; null when it does not. */
  readonly restsBecause: ModelFailureKind | null;
}

/** The permits of one served model, at a moment. */
export interface ShareSnapshot {
  readonly name: string;
  readonly running: number;
  readonly max: number;
}

export interface AdmissionSnapshot {
  readonly running: number;
  readonly waiting: number;
  /** Milliseconds. */
  readonly longestWaitMs: number;
  /** Those who wait, by what they wait for and why. */
  readonly queue: readonly QueueSnapshot[];
  readonly shares: readonly ShareSnapshot[];
  /** How often each model was asked in place of another. */
  readonly fallbacks: readonly FallbackSnapshot[];
  readonly endpoints: readonly EndpointSnapshot[];
}

/** Everything in it lasts as long as the process: a reload of the models forgets nothing. */
export class Admission {
  readonly gate: Gate;
  readonly #deps: AttemptDeps;
  readonly #accounts = new Map<string, Account>();
  readonly #lanes = new Map<Account, Map<string, Lane>>();
  readonly #shares = new Map<string, PermitPool>();
  readonly #fallbacks = new FallbackTally();

  constructor(options: AdmissionOptions) {
    const { events, clock } = options;
    this.gate = new Gate(options, clock, new LaneWatch(events));
    this.#deps = { ...options, gate: this.gate, fallbacks: this.#fallbacks };
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
  share(name: string, max: number): PermitPool {
    const share = this.#shares.get(name) ?? new PermitPool(max, this.#deps.clock);
    share.max = max;
    this.#shares.set(name, share);
    return share;
  }

  /** The attempts of one request at any endpoint of the target, then at those of its fallbacks. */
  attempts<Model>(
    target: Target<Model>,
    request: AttemptedRequest,
    fallbacks: readonly Target<Model>[] = [],
  ): Attempts<Model> {
    return new Attempts(this.#deps, target, request, fallbacks);
  }

  snapshot(): AdmissionSnapshot {
    const { running, waiting, longestWaitMs } = this.gate;
    const endpoints = [...this.#lanes].flatMap(([account, lanes]) =>
      [...lanes.values()].map((lane) => endpointOf(account, lane, this.#now)),
    );
    const shares = [...this.#shares].map(([name, { taken: running, max }]) => ({
      name,
      running,
      max,
    }));
    const [queue, fallbacks] = [this.gate.queue(), this.#fallbacks.snapshot()];
    return { running, waiting, longestWaitMs, queue, shares, fallbacks, endpoints };
  }

  /** Refuses those who wait and whoever comes later; what runs goes on. */
  close(): void {
    this.gate.close();
  }

  get #now(): number {
    return this.#deps.clock.now();
  }
}

function endpointOf(account: Account, lane: Lane, now: number): EndpointSnapshot {
  const rester = account.restsUntil >= lane.restsUntil ? account : lane;
  const rests = rester.isResting(now);
  return {
    ...{ account: account.label, model: lane.model, ...lane.snapshot() },
    restsUntil: rests ? rester.restsUntil : null,
    restsBecause: rests ? rester.restsBecause : null,
  };
}
