// Plays one scenario with one strategy in virtual time, and measures what came of it.

import type { Clock } from '../../src/lib/clock.ts';
import { Account, type AccountTotals, type AccountTraffic } from './account.ts';
import { type Figures, figuresOf, recoveredAfter } from './figures.ts';
import { type Uniform, uniform } from './random.ts';
import { type FinishedCall, Replica, type Strategy } from './replica.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Who asks for what, and for how long. */
export interface Scenario {
  readonly name: string;
  readonly replicas: number;
  /** Callers of each replica, or of all; each asks again as soon as it is answered. */
  readonly callers: number | readonly number[];
  /** Requests at once that the account is granted. */
  readonly limit: number;
  readonly traffic: AccountTraffic;
  /** Start and end of what is measured, in milliseconds from the start. */
  readonly measured: readonly [number, number];
  readonly change?: Change;
}

/** Something that happens midway. */
export interface Change {
  /** Milliseconds from the start. */
  readonly at: number;
  /** The account's limit from then on. */
  readonly limit?: number;
  /** Number of a replica that dies. */
  readonly dies?: number;
}

/** Makes the strategy of one replica. */
export type MakeStrategy = (
  parts: { readonly clock: Clock; readonly random: Uniform },
  scenario: Scenario,
) => Strategy;

/** Plays `scenario`; the same seed gives the same figures. */
export function runScenario(scenario: Scenario, make: MakeStrategy, seed: number): Figures {
  const { limit, measured, change, traffic } = scenario;
  const [from, to] = measured;
  const clock = new VirtualClock();
  const account = new Account(clock, uniform(seed, 0), traffic, limit);
  const calls: FinishedCall[] = [];
  const onFinished = (call: FinishedCall) => {
    if (clock.now() >= from) calls.push(call);
  };
  const replicas = Array.from({ length: scenario.replicas }, (_, number) => {
    const strategy = make({ clock, random: uniform(seed, number + 1) }, scenario);
    return new Replica(number, strategy, { clock, account, onFinished });
  });
  for (const [number, replica] of replicas.entries()) start(replica, callersOf(scenario, number));
  if (change !== undefined) {
    clock.after(change.at, () => {
      if (change.limit !== undefined) account.setLimit(change.limit);
      if (change.dies !== undefined) replicas[change.dies]?.die();
    });
  }
  const totals: AccountTotals[] = [];
  for (let second = from; second <= to; second += 1000) {
    clock.run(second);
    totals.push(account.totals());
  }
  const living = [...replicas.keys()].filter((number) => number !== change?.dies);
  return {
    ...figuresOf(calls, living, from),
    ...shares(totals, calls),
    recoveredMs: change === undefined ? null : recoveredAfter(totals, (change.at - from) / 1000),
  };
}

function callersOf({ callers }: Scenario, replica: number): number {
  return typeof callers === 'number' ? callers : (callers[replica] ?? 0);
}

function start(replica: Replica, callers: number): void {
  for (let caller = 0; caller < callers; caller++) replica.ask();
}

function shares(totals: readonly AccountTotals[], calls: readonly FinishedCall[]) {
  const first = totals[0];
  const last = totals.at(-1);
  if (first === undefined || last === undefined) throw new Error('nothing was measured');
  return {
    use: (last.used - first.used) / (last.offered - first.offered),
    refusals: (last.refusals - first.refusals) / calls.filter((call) => !call.failed).length,
  };
}
