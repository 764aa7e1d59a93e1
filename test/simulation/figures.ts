// What is measured of a run: use, fairness, refusals and waits.

import type { AccountTotals } from './account.ts';
import type { FinishedCall } from './replica.ts';

/** What is told of a run. */
export interface Figures extends CallFigures {
  /** Time average of requests in flight, as a share of the account's limit. */
  readonly use: number;
  /** Refusals by GLM for each completed call. */
  readonly refusals: number;
  /** From the change until the limit was well used again; null without a change, or if never. */
  readonly recoveredMs: number | null;
}

/** What the calls themselves tell. */
export interface CallFigures {
  /** Jain's index of completed calls over the living replicas: 1 = all the same, 1/n = one has all. */
  readonly fairness: number;
  readonly completed: number;
  /** Share of the calls that were refused at least once. */
  readonly retried: number;
  /** Milliseconds until GLM took the call, of completed ones: median and 99th percentile. */
  readonly waitP50: number;
  readonly waitP99: number;
  /** Share of the calls that ended with an error for the caller. */
  readonly errors: number;
}

/** A use from which on an account counts as well used, and over how many seconds. */
const WELL_USED = 0.85;
const WELL_USED_FOR = 5;

/** Jain's index: the square of the sum, over n times the sum of the squares. */
export function jain(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  const squares = values.reduce((total, value) => total + value * value, 0);
  return (sum * sum) / (values.length * squares);
}

/** The figures of the calls that ended after `from`; `living` are the replicas that count. */
export function figuresOf(
  calls: readonly FinishedCall[],
  living: readonly number[],
  from: number,
): CallFigures {
  const good = calls.filter((call) => !call.failed);
  const done = living.map((number) => good.filter((call) => call.replica === number).length);
  // What the start did to callers who asked before is not what they meet later.
  const asked = calls.filter((call) => call.askedAt >= from);
  const answered = asked.filter((call) => !call.failed);
  const waits = answered.map((call) => call.waitedMs).sort((a, b) => a - b);
  return {
    fairness: jain(done),
    completed: good.length,
    retried: asked.filter((call) => call.refusals > 0).length / asked.length,
    waitP50: percentile(waits, 0.5),
    waitP99: percentile(waits, 0.99),
    errors: 1 - answered.length / asked.length,
  };
}

/** Milliseconds from second number `second` until the limit was well used; null if it never was. */
export function recoveredAfter(totals: readonly AccountTotals[], second: number): number | null {
  for (let at = second; at + WELL_USED_FOR < totals.length; at++) {
    const [first, last] = [totals[at], totals[at + WELL_USED_FOR]];
    if (first === undefined || last === undefined) break;
    const use = (last.used - first.used) / (last.offered - first.offered);
    if (use >= WELL_USED) return (at - second) * 1000;
  }
  return null;
}

/** The mean of each figure over several runs of the same scenario. */
export function meanOf(runs: readonly Figures[]): Figures {
  const mean = (figure: (run: Figures) => number) =>
    runs.reduce((total, run) => total + figure(run), 0) / runs.length;
  const isKnown = runs.every((run) => run.recoveredMs !== null);
  return {
    use: mean((run) => run.use),
    fairness: mean((run) => run.fairness),
    completed: mean((run) => run.completed),
    retried: mean((run) => run.retried),
    refusals: mean((run) => run.refusals),
    waitP50: mean((run) => run.waitP50),
    waitP99: mean((run) => run.waitP99),
    errors: mean((run) => run.errors),
    recoveredMs: isKnown ? mean((run) => Number(run.recoveredMs)) : null,
  };
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(sorted.length * share)] ?? 0;
}
