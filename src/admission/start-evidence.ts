// Tells a limit from bad luck: what became of starts into a place just freed, beside all others.

import type { Clock } from '../lib/clock.ts';

/**
 * Starts are compared with those of the same span, because weather changes. A span is about as long
 * as a request, within these bounds, in milliseconds.
 */
const SHORTEST_SPAN_MS = 1000;
const LONGEST_SPAN_MS = 10_000;

/**
 * Spans that are remembered: the last ones in which something could be compared. At a limit that is
 * known there are few of them, because hardly anything is refused, so they may be old.
 */
const SPANS = 15;
const OLDEST_SPAN_MS = 180_000;

/** Single starts are remembered for so many spans; more of them say nothing that these do not. */
const START_SPANS = 15;
const MOST_STARTS = 512;

/** So many requests may all be refused for their own sake. */
const FEW = 4;

/** Refusals of one request that are heard, so that none can shout. */
const HEARD = 2;

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
  readonly from: number;
  handovers: number;
  others: number;
  refusedHandovers: number;
  refused: number;
}

/**
 * At a limit, a start that takes the place of an answer which has just ended is accepted, while one
 * that comes on top is refused. Where refusals are random, or follow one request, both fare alike.
 * So the two are compared, span by span (Mantel and Haenszel's test): a refusal says something about
 * a limit only where starts into freed places are refused significantly less often than the others.
 */
export class StartEvidence {
  readonly #clock: Clock;
  readonly #starts: Start[] = [];
  /** The oldest first; the last one is of this moment, and comes on top of the others. */
  readonly #spans: Span[] = [];
  #spanMs = SHORTEST_SPAN_MS;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param ms about how long requests take at present */
  set requestLength(ms: number) {
    this.#spanMs = Math.min(Math.max(ms, SHORTEST_SPAN_MS), LONGEST_SPAN_MS);
  }

  add(request: number, handover: boolean, refused: boolean): void {
    this.#forgetStarts();
    if (refused && !handover && this.#refusalsOf(request) >= HEARD) return;
    this.#starts.push({ at: this.#clock.now(), request, handover, refused });
    if (this.#starts.length > MOST_STARTS) this.#starts.shift();
    const span = this.#span();
    if (handover) span.handovers++;
    else span.others++;
    if (refused) span.refused++;
    if (refused && handover) span.refusedHandovers++;
  }

  /** How much of a refusal comes from a limit, as far as anybody can tell: from 0 to 1. */
  get limitShare(): number {
    const oldest = this.#clock.now() - OLDEST_SPAN_MS;
    let fewer = 0;
    let variance = 0;
    const total = { handovers: 0, others: 0, refusedHandovers: 0, refused: 0 };
    for (const span of this.#spans) {
      if (span.from < oldest || !isComparable(span)) continue;
      const { handovers, others, refusedHandovers, refused } = span;
      const all = handovers + others;
      total.handovers += handovers;
      total.others += others;
      total.refusedHandovers += refusedHandovers;
      total.refused += refused;
      fewer += (handovers * refused) / all - refusedHandovers;
      variance += (handovers * others * refused * (all - refused)) / (all * all * (all - 1));
    }
    // Half of one is what counting in whole numbers is off by.
    if (variance === 0 || fewer - 0.5 <= SURE * Math.sqrt(variance)) return 0;
    // What starts into freed places are refused by is chance, or somebody else's limit.
    const chance = total.refusedHandovers / total.handovers;
    return 1 - chance / ((total.refused - total.refusedHandovers) / total.others);
  }

  /**
   * The chance that a request is refused so many times, going by the first starts of all others; at a
   * limit only by those that did not go into a place just freed.
   */
  chanceOf(request: number, refusals: number): number {
    this.#forgetStarts();
    const atLimit = this.limitShare > 0;
    const firsts = new Map<number, boolean>();
    for (const start of this.#starts) {
      if (atLimit && start.handover) continue;
      if (!firsts.has(start.request)) firsts.set(start.request, start.refused);
    }
    firsts.delete(request);
    if (firsts.size === 0) return 0;
    const refused = [...firsts.values()].filter((one) => one).length;
    return upperBound(refused, firsts.size) ** refusals;
  }

  /** Whether only a handful of requests were asked for lately. */
  get isOfFew(): boolean {
    this.#forgetStarts();
    return new Set(this.#starts.map(({ request }) => request)).size <= FEW;
  }

  #refusalsOf(request: number): number {
    return this.#starts.filter((one) => one.request === request && one.refused).length;
  }

  /** The span of this moment. */
  #span(): Span {
    const now = this.#clock.now();
    const last = this.#spans.at(-1);
    if (last !== undefined && now - last.from < this.#spanMs) return last;
    if (last !== undefined && !isComparable(last)) this.#spans.pop();
    const span = { from: now, handovers: 0, others: 0, refusedHandovers: 0, refused: 0 };
    this.#spans.push(span);
    if (this.#spans.length > SPANS + 1) this.#spans.shift();
    return span;
  }

  #forgetStarts(): void {
    const since = this.#clock.now() - START_SPANS * this.#spanMs;
    while (this.#starts.length > 0 && Number(this.#starts[0]?.at) < since) this.#starts.shift();
  }
}

/** Whether it has starts of both kinds, and some were refused. */
function isComparable({ handovers, others, refused }: Span): boolean {
  return handovers > 0 && others > 0 && refused > 0;
}

/** Wilson's upper bound of a share, one standard deviation above what was seen. */
function upperBound(some: number, all: number): number {
  const share = some / all;
  const deviation = Math.sqrt((share * (1 - share)) / all + 1 / (4 * all * all));
  return (share + 1 / (2 * all) + deviation) / (1 + 1 / all);
}
