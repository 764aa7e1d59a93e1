// Tells a limit from bad luck: what became of starts into a place just freed, beside all others.

import type { Clock } from '../lib/clock.ts';

/**
 * Starts are compared with those of the same span, because weather changes. A span is about as long
 * as a request, within these bounds; so many spans are remembered. Times in milliseconds.
 */
const SHORTEST_SPAN_MS = 1000;
const LONGEST_SPAN_MS = 10_000;
const SPANS = 15;

/** Starts that are remembered; more say nothing that these do not. */
const MOST_STARTS = 512;

/** Refusals of one request that are heard, so that none can shout. */
const HEARD = 2;

/** Share of refusals that no weather reaches for long. */
const CROWDED = 0.65;

/** Standard deviations beyond which it is no chance: a false alarm in a hundred. */
const SURE = 2.33;

interface Start {
  readonly at: number;
  readonly request: number;
  /** Whether it went into the place that an answer of ours had just freed. */
  readonly handover: boolean;
  readonly refused: boolean;
}

interface Span {
  handovers: number;
  others: number;
  refusedHandovers: number;
  refused: number;
}

const NOTHING: Span = { handovers: 0, others: 0, refusedHandovers: 0, refused: 0 };

/**
 * At a limit, a start that takes the place of an answer which has just ended is accepted, while one
 * that comes on top is refused. Where refusals are random, or follow one request, both fare alike.
 * So the two are compared, span by span (Mantel and Haenszel's test): a refusal says something about
 * a limit only where starts into freed places are refused significantly less often than the others.
 */
export class StartEvidence {
  readonly #clock: Clock;
  readonly #starts: Start[] = [];
  #spanMs = SHORTEST_SPAN_MS;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param ms about how long requests take at present */
  set requestLength(ms: number) {
    this.#spanMs = Math.min(Math.max(ms, SHORTEST_SPAN_MS), LONGEST_SPAN_MS);
  }

  add(request: number, handover: boolean, refused: boolean): void {
    this.#forget();
    if (refused && !handover && this.#refusalsOf(request) >= HEARD) return;
    this.#starts.push({ at: this.#clock.now(), request, handover, refused });
    if (this.#starts.length > MOST_STARTS) this.#starts.shift();
  }

  /** How much of a refusal comes from a limit, as far as anybody can tell: from 0 to 1. */
  get limitShare(): number {
    this.#forget();
    let fewer = 0;
    let variance = 0;
    const total = { ...NOTHING };
    for (const { handovers, others, refusedHandovers, refused } of this.#spans()) {
      const all = handovers + others;
      if (handovers === 0 || others === 0) continue;
      total.handovers += handovers;
      total.others += others;
      total.refusedHandovers += refusedHandovers;
      total.refused += refused;
      fewer += (handovers * refused) / all - refusedHandovers;
      variance += (handovers * others * refused * (all - refused)) / (all * all * (all - 1));
    }
    // Half of one is what counting in whole numbers is off by.
    if (variance === 0 || fewer - 0.5 <= SURE * Math.sqrt(variance)) {
      return this.#isCrowd ? 1 : 0;
    }
    // What starts into freed places are refused by is chance, or somebody else's limit.
    const chance = total.refusedHandovers / total.handovers;
    return 1 - chance / ((total.refused - total.refusedHandovers) / total.others);
  }

  /**
   * Whether more is refused, for long enough, than any weather explains. Where many replicas crowd an account, a freed
   * place is taken by another one before it can be used, and the comparison shows nothing.
   */
  get #isCrowd(): boolean {
    const all = this.#starts.length;
    const refused = this.#starts.filter((start) => start.refused).length;
    const seenFor = this.#clock.now() - Number(this.#starts[0]?.at);
    if (refused === all || seenFor < (SPANS / 2) * this.#spanMs) return false;
    return refused - CROWDED * all > SURE * Math.sqrt(all * CROWDED * (1 - CROWDED));
  }

  /** The chance that a request is refused so many times, going by the first starts of all others. */
  chanceOf(request: number, refusals: number): number {
    this.#forget();
    const firsts = new Map<number, boolean>();
    for (const start of this.#starts) {
      if (!firsts.has(start.request)) firsts.set(start.request, start.refused);
    }
    firsts.delete(request);
    if (firsts.size === 0) return 0;
    const refused = [...firsts.values()].filter((one) => one).length;
    return ((refused + 1) / (firsts.size + 2)) ** refusals;
  }

  #refusalsOf(request: number): number {
    return this.#starts.filter((one) => one.request === request && one.refused).length;
  }

  #spans(): Iterable<Span> {
    const spans = new Map<number, Span>();
    for (const { at, handover, refused } of this.#starts) {
      const number = Math.floor(at / this.#spanMs);
      const span = spans.get(number) ?? { ...NOTHING };
      spans.set(number, span);
      if (handover) span.handovers++;
      else span.others++;
      if (refused) span.refused++;
      if (refused && handover) span.refusedHandovers++;
    }
    return spans.values();
  }

  #forget(): void {
    const since = this.#clock.now() - SPANS * this.#spanMs;
    while (this.#starts.length > 0 && Number(this.#starts[0]?.at) < since) this.#starts.shift();
  }
}
