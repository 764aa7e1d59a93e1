// One account at one model: how many requests it takes at once, and what its refusals mean.

import type { Clock } from '../lib/clock.ts';
import { AcceptancePace } from './acceptance-pace.ts';
import { AdaptiveLimit } from './adaptive-limit.ts';
import { Outage } from './outage.ts';
import { RefusalBudget } from './refusal-budget.ts';
import { RefusalTime } from './refusal-time.ts';
import { Resting } from './resting.ts';
import { StartEvidence } from './start-evidence.ts';

/** So soon after the end of an answer a start goes into the place that it freed, in milliseconds. */
const HANDOVER_MS = 30;

/** A request is told after so many refusals, where others are accepted. */
const MOST_REFUSALS = 8;

/** But not before it was refused for so long, in ms: its tries may have come early, all in one burst. */
const SHORTEST_TRIAL_MS = 8000;

/** Below this chance it is refused for its own sake; below the other one that may be so. */
const UNLUCKY = 0.001;
const UNLIKELY = 0.02;

/** A request that was refused is told when the model has answered nobody for so long, in ms. */
const LONGEST_OUTAGE_MS = 60_000;

/** One that was refused often enough is told sooner where nothing has been accepted for so long. */
const QUIET_MS = 15_000;

/** How the use of a permit ended, as far as the provider's limits go. */
export type PermitOutcome = 'accepted' | 'refused' | 'other';

/** One request on its way. */
export interface Start {
  /** Number of the request, the same for all its attempts. */
  readonly request: number;
  readonly handover: boolean;
  /** In the clock's milliseconds. */
  readonly at: number;
  /** Whether it was accepted, or has not been refused for so long that it must have been. */
  isTaken: boolean;
}

export interface LaneOptions {
  /** The provider's id of the model. */
  readonly model: string;
  /** Most requests at once, whatever the provider would grant. */
  readonly max: number;
  /** How many the first ones are while nothing is known; `max` to begin with all of it. */
  readonly start: number;
  readonly clock: Clock;
  /** Uniform numbers from 0 up to, but not including, 1. */
  readonly random: () => number;
}

/** What is known of a lane at a moment. */
export interface LaneSnapshot {
  /** Requests that may run, as it was learned. */
  readonly limit: number;
  readonly inFlight: number;
  /** In the clock's milliseconds; null when not resting, and before anything was accepted. */
  readonly restsUntil: number | null;
  readonly lastAcceptedAt: number | null;
  /** Whether the model has lately answered nobody. */
  readonly outage: boolean;
}

/** It rests when the account may not use the model, or there is none. */
export class Lane extends Resting {
  readonly model: string;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #window: AdaptiveLimit;
  readonly #evidence: StartEvidence;
  readonly #outage: Outage;
  readonly #budget: RefusalBudget;
  readonly #pace: AcceptancePace;
  readonly #refusalTime = new RefusalTime();
  /** Those of which it is not known yet whether they are taken, in the order of their starts. */
  readonly #untold = new Set<Start>();
  #backAt = Number.NEGATIVE_INFINITY;
  /** When answers of ours ended whose places nobody has taken yet. */
  readonly #freed: number[] = [];

  constructor(options: LaneOptions) {
    super();
    this.model = options.model;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#window = new AdaptiveLimit(options);
    this.#evidence = new StartEvidence(options.clock);
    this.#outage = new Outage(options.clock);
    this.#budget = new RefusalBudget(options.clock);
    this.#pace = new AcceptancePace(options.clock);
  }

  /** Milliseconds until one more may start; Infinity = not before a running one has ended. */
  waitMs(): number {
    this.#tellTaken();
    const wait = this.#window.waitMs();
    if (this.#outage.isProbed) return Math.max(wait, this.#untilTaken());
    // Whoever goes into a place that an answer of ours has freed crowds nobody.
    return Math.max(wait, this.#outage.waitMs, this.hasFreedPlace ? 0 : this.#budget.waitMs);
  }

  /** Whether the model has lately answered nobody. */
  get isOut(): boolean {
    this.#tellTaken();
    return this.#outage.isOn;
  }

  /** When the last outage ended, in the clock's milliseconds. */
  get backAt(): number {
    this.#tellTaken();
    return this.#backAt;
  }

  /** Whether an answer has just ended whose place is still free. */
  get hasFreedPlace(): boolean {
    this.#forgetFreed();
    return this.#freed.length > 0;
  }

  started(request: number): Start {
    const handover = this.hasFreedPlace;
    this.#freed.shift();
    this.#window.started();
    this.#outage.started(request);
    const start = { request, handover, at: this.#clock.now(), isTaken: false };
    this.#untold.add(start);
    return start;
  }

  /** The provider has accepted it: the response headers are there. */
  accepted(start: Start): void {
    this.#window.accepted();
    this.#taken(start);
  }

  #taken(start: Start): void {
    this.#untold.delete(start);
    if (start.isTaken) return;
    start.isTaken = true;
    if (this.#outage.isOn) this.#backAt = this.#clock.now();
    this.#outage.accepted();
    this.#pace.accepted();
    if (!start.handover) this.#budget.accepted();
    this.#evidence.add(start.request, start.handover, false);
  }

  finished(start: Start, outcome: PermitOutcome): void {
    this.#untold.delete(start);
    this.#outage.finished(start.request);
    if (outcome === 'refused') {
      this.#refusalTime.refused(this.#clock.now() - start.at);
      this.#outage.refused();
      if (!start.handover) this.#budget.refused();
      // What comes in a burst or an outage is weather.
      const isSilent = this.#pace.isSilent;
      if (!isSilent) this.#evidence.add(start.request, start.handover, true);
      // One that was refused in a place of ours says nothing about how many there are.
      const isLimit = !isSilent && !start.handover && this.#random() < this.#evidence.limitShare;
      this.#window.finished(isLimit ? 'limited' : 'unlucky');
      return;
    }
    this.#window.finished(outcome);
    this.#evidence.requestLength = this.#budget.requestLength = this.#window.requestLength;
    if (outcome === 'accepted') this.#freed.push(this.#clock.now());
  }

  /** Whether a request that was refused so many times for load, over so many ms, should be told. */
  isHopeless(request: number, refusals: number, overMs: number): boolean {
    if (this.#outage.lastsMs > LONGEST_OUTAGE_MS) return true;
    if (refusals < MOST_REFUSALS || this.#budget.isSpent) return false;
    const quietMs = this.#clock.now() - (this.#window.lastAcceptedAt ?? Number.NEGATIVE_INFINITY);
    const isQuiet = quietMs > QUIET_MS && this.#evidence.limitShare === 0;
    if (isQuiet && this.#evidence.isOfFew) return true;
    return overMs >= SHORTEST_TRIAL_MS && this.#evidence.chanceOf(request, refusals) < UNLUCKY;
  }

  /** Whether a place that becomes free may end its wait: not if it is refused for its own sake. */
  mayWake(request: number, refusals: number): boolean {
    return this.#evidence.chanceOf(request, refusals) > UNLIKELY;
  }

  setBounds(bounds: { readonly max: number; readonly start: number }): void {
    this.#window.setBounds(bounds);
  }

  snapshot(): LaneSnapshot {
    return {
      limit: Math.round(this.#window.limit),
      inFlight: this.#window.inFlight,
      restsUntil: this.isResting(this.#clock.now()) ? this.restsUntil : null,
      lastAcceptedAt: this.#window.lastAcceptedAt,
      outage: this.#outage.isOn,
    };
  }

  /** Takes for accepted what was not refused in time. */
  #tellTaken(): void {
    const since = this.#clock.now() - this.#refusalTime.takenAfterMs;
    for (const start of this.#untold) {
      if (start.at > since) return;
      this.#taken(start);
    }
  }

  /** Milliseconds until the oldest request counts as taken; Infinity when there is none. */
  #untilTaken(): number {
    const [oldest] = this.#untold;
    if (oldest === undefined) return Number.POSITIVE_INFINITY;
    return oldest.at + this.#refusalTime.takenAfterMs - this.#clock.now();
  }

  #forgetFreed(): void {
    const since = this.#clock.now() - HANDOVER_MS;
    while (this.#freed.length > 0 && Number(this.#freed[0]) < since) this.#freed.shift();
  }
}
