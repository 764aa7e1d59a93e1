// Weather: how a provider refuses, and what callers make of it by three ways of asking.

import { Admission } from '../../src/admission/admission.ts';
import { permitOutcome } from '../../src/admission/attempts.ts';
import type { AdmissionEvents } from '../../src/admission/events.ts';
import type { Target } from '../../src/admission/target.ts';
import { sleep } from '../../src/lib/clock.ts';
import { ModelError, type ModelFailureKind } from '../../src/model/model-error.ts';
import { type Uniform, uniform } from './random.ts';
import { VirtualClock } from './virtual-clock.ts';

/** How a provider refuses; whatever is left out does not happen. */
export interface Weather {
  readonly name: string;
  /** Requests at once that it takes, at a moment; the rest is refused. */
  readonly limit?: (now: number) => number;
  /** Chance of a refusal at random, at a moment. */
  readonly chance?: (now: number) => number;
  /** Callers whose every request is refused, by their number. */
  readonly poisoned?: (caller: number) => boolean;
  /** The kind of refusals. */
  readonly kind?: ModelFailureKind;
  /** Requests of others on the same account, at once. */
  readonly others?: (now: number) => number;
  /** Share of an answer's time after which its headers come; a fifth unless told. */
  readonly headersAfter?: number;
}

export interface Job {
  readonly callers: number;
  readonly requests: number;
  /** Milliseconds that an answer takes, half to twice as long at random. */
  readonly answerMs: number;
}

/** What came of a job. */
export interface Outcome {
  /** Milliseconds until the last request of a caller who is not poisoned had ended. */
  readonly ms: number;
  readonly answered: number;
  /** Errors of callers who are not poisoned, and of those who are. */
  readonly errors: number;
  readonly poisonErrors: number;
  readonly asked: number;
  /** Most attempts of one poisoned request, and the longest it took, in milliseconds. */
  readonly poisonTries: number;
  readonly poisonMs: number;
}

const WAY_MS = 10;

/** Tells nobody. */
export const SILENT: AdmissionEvents = {
  queued: () => undefined,
  permitted: () => undefined,
  attemptAnswered: () => undefined,
  attemptFailed: () => undefined,
  accountRested: () => undefined,
  fallbackTaken: () => undefined,
  limitLearned: () => undefined,
  outageChanged: () => undefined,
};

/** The provider: takes or refuses, and counts. */
class Provider {
  readonly #clock: VirtualClock;
  readonly #random: Uniform;
  readonly #weather: Weather;
  readonly #answerMs: number;
  #running = 0;
  asked = 0;
  /** Place-milliseconds in which answers were made. */
  used = 0;

  constructor(clock: VirtualClock, random: Uniform, weather: Weather, answerMs: number) {
    this.#clock = clock;
    this.#random = random;
    this.#weather = weather;
    this.#answerMs = answerMs;
  }

  /** Resolves when the answer has ended. */
  async ask(caller: number, onAccepted: () => void): Promise<void> {
    this.asked++;
    await this.#wait(WAY_MS);
    const {
      limit,
      chance,
      poisoned,
      others,
      kind = 'rate_limited',
      headersAfter = 0.2,
    } = this.#weather;
    const now = this.#clock.now();
    const room = (limit?.(now) ?? Number.POSITIVE_INFINITY) - (others?.(now) ?? 0);
    const refused =
      poisoned?.(caller) === true || this.#running >= room || this.#random() < (chance?.(now) ?? 0);
    if (refused) {
      await this.#wait(WAY_MS);
      throw new ModelError(kind);
    }
    this.#running++;
    const length = this.#answerMs * 2 ** (2 * this.#random() - 1);
    await this.#wait(length * headersAfter);
    onAccepted();
    await this.#wait(length * (1 - headersAfter));
    this.#running--;
    this.used += length;
    await this.#wait(WAY_MS);
  }

  #wait(ms: number): Promise<void> {
    return sleep(this.#clock, ms, new AbortController().signal);
  }
}

/** Asks until there is an answer; throws when it gives up. */
type Ask = (caller: number) => Promise<number>;

export type Strategy = (clock: VirtualClock, random: Uniform, provider: Provider) => Ask;

/** The worker's own. */
export function ours(max: number, start = max): Strategy {
  return (clock, random, provider) => {
    const admission = new Admission({
      ...{ permits: max, queueLimit: 10_000, queueTimeoutMs: 300_000, retries: 2 },
      ...{ events: SILENT, clock, random },
    });
    const account = admission.account('key');
    const lane = admission.lane(account, 'model', { max, start });
    const endpoints = [{ account, lane, model: provider }];
    const standing = { name: 'name', priority: 'normal', kind: 'chat' } as const;
    const target: Target<Provider> = {
      ...standing,
      endpoints,
      share: admission.share('name', max),
    };
    return async (caller) => {
      const { signal } = new AbortController();
      const attempts = admission.attempts(target, { id: `${caller}`, signal });
      for (;;) {
        const permit = await attempts.permit();
        try {
          await permit.endpoint.model.ask(caller, permit.accepted);
          permit.release('accepted');
          return attempts.count;
        } catch (error) {
          permit.release(permitOutcome(error));
          try {
            attempts.failed(permit, error);
          } catch {
            throw new GaveUp(attempts.count);
          }
        }
      }
    };
  };
}

/** Tries again up to eight times, after 0.5, 1, 2, 4, 4 … seconds, each half to all of it. */
export const plainRetry: Strategy = (clock, random, provider) => async (caller) => {
  for (let tries = 1; ; tries++) {
    try {
      await provider.ask(caller, () => undefined);
      return tries;
    } catch {
      if (tries > 8) throw new GaveUp(tries);
      const wait = Math.min(4000, 500 * 2 ** (tries - 1)) * (0.5 + random() / 2);
      await sleep(clock, wait, new AbortController().signal);
    }
  }
};

/** As `plainRetry`, behind a number of places that somebody guessed right. */
export function fixedLimit(places: number): Strategy {
  return (clock, random, provider) => {
    const ask = plainRetry(clock, random, provider);
    const waiting: (() => void)[] = [];
    let free = places;
    return async (caller) => {
      if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      else free--;
      try {
        return await ask(caller);
      } finally {
        const next = waiting.shift();
        if (next === undefined) free++;
        else next();
      }
    };
  };
}

class GaveUp extends Error {
  readonly tries: number;

  constructor(tries: number) {
    super('gave up');
    this.tries = tries;
  }
}

/** Plays a job; the same seed gives the same outcome. */
export async function play(
  weather: Weather,
  { callers, requests, answerMs }: Job,
  strategy: Strategy,
  seed: number,
): Promise<Outcome> {
  const clock = new VirtualClock();
  const provider = new Provider(clock, uniform(seed, 0), weather, answerMs);
  const ask = strategy(clock, uniform(seed, 1), provider);
  const isPoisoned = (caller: number) => weather.poisoned?.(caller) ?? false;
  const outcome = { ms: 0, answered: 0, errors: 0, poisonErrors: 0, poisonTries: 0, poisonMs: 0 };
  let left = requests;
  let open = callers;
  const call = async (caller: number) => {
    while (left > 0) {
      left--;
      const began = clock.now();
      try {
        await ask(caller);
        outcome.answered++;
      } catch (error) {
        if (!(error instanceof GaveUp)) throw error;
        if (!isPoisoned(caller)) outcome.errors++;
        else {
          outcome.poisonErrors++;
          outcome.poisonTries = Math.max(outcome.poisonTries, error.tries);
          outcome.poisonMs = Math.max(outcome.poisonMs, clock.now() - began);
        }
      }
      if (!isPoisoned(caller)) outcome.ms = clock.now();
    }
    open--;
  };
  const calls = Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  while (open > 0) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!clock.step() && open > 0) throw new Error('nothing will happen any more');
  }
  await calls;
  return { ...outcome, asked: provider.asked };
}

/** What replicas on one account make of its limit. */
export interface Contest {
  /** Share of the limit that was used. */
  readonly use: number;
  /** Jain's index of the answers of each replica. */
  readonly fairness: number;
  readonly refusals: number;
  readonly errors: number;
}

/** Lets replicas ask on and on, and counts after the first half minute. */
export async function compete(
  weather: Weather,
  { replicas, callers, answerMs, forMs, limit }: ContestPlan,
  strategy: Strategy,
  seed: number,
): Promise<Contest> {
  const clock = new VirtualClock();
  const provider = new Provider(clock, uniform(seed, 0), weather, answerMs);
  const answers = Array.from({ length: replicas }, () => 0);
  let errors = 0;
  const from = 30_000;
  const call = async (replica: number, ask: Ask, caller: number) => {
    while (clock.now() < forMs) {
      try {
        await ask(caller);
        if (clock.now() >= from) answers[replica] = Number(answers[replica]) + 1;
      } catch (error) {
        if (!(error instanceof GaveUp)) throw error;
        if (clock.now() >= from) errors++;
      }
    }
  };
  for (let replica = 0; replica < replicas; replica++) {
    const ask = strategy(clock, uniform(seed, replica + 1), provider);
    for (let caller = 0; caller < callers; caller++) void call(replica, ask, caller);
  }
  let askedBefore = 0;
  let usedBefore = 0;
  while (clock.now() < forMs) {
    await new Promise((resolve) => setImmediate(resolve));
    if (clock.now() >= from && usedBefore === 0) {
      askedBefore = provider.asked;
      usedBefore = provider.used;
    }
    clock.step();
  }
  const sum = answers.reduce((total, one) => total + one, 0);
  const squares = answers.reduce((total, one) => total + one * one, 0);
  return {
    use: (provider.used - usedBefore) / (limit * (forMs - from)),
    fairness: (sum * sum) / (replicas * squares),
    refusals: (provider.asked - askedBefore - sum) / sum,
    errors,
  };
}

export interface ContestPlan {
  readonly replicas: number;
  readonly callers: number;
  readonly answerMs: number;
  readonly forMs: number;
  readonly limit: number;
}
