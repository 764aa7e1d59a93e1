// The weather that is played: what is measured in a job of a hundred requests, and in a contest.

import type { Contest, ContestPlan, Job, Outcome, Weather } from './weather.ts';

export interface Scenario {
  readonly weather: Weather;
  readonly job: Job;
  /** The limit that somebody who knows the account would set. */
  readonly fixed: number;
}

const JOB: Job = { callers: 20, requests: 100, answerMs: 1000 };

const scenario = (weather: Weather, fixed = JOB.callers, job: Partial<Job> = {}): Scenario => ({
  weather,
  job: { ...JOB, ...job },
  fixed,
});

const chance = (p: number) => () => p;
const limit = (most: number) => () => most;
const between = (from: number, to: number, now: number) => now >= from && now < to;

export const scenarios: readonly Scenario[] = [
  scenario({ name: 'calm' }),
  ...[0.1, 0.3, 0.6].map((p) => scenario({ name: `random, p = ${p}`, chance: chance(p) })),
  scenario({ name: 'random 1305, p = 0.6', chance: chance(0.6), kind: 'overloaded' }),
  scenario({ name: 'random, p = 0.3, answers of 0.3 s', chance: chance(0.3) }, 20, {
    answerMs: 300,
  }),
  scenario({ name: 'random, p = 0.3, answers of 10 s', chance: chance(0.3) }, 20, {
    answerMs: 10_000,
  }),
  scenario({
    name: 'bursts: 4 s of ten with p = 0.9',
    chance: (now) => (now % 10_000 < 4000 ? 0.9 : 0.05),
  }),
  ...[
    [3, 8],
    [2, 6],
    [1, 4],
  ].map(([on = 0, all = 0]) =>
    scenario({
      name: `bursts: all refused for ${on} s of ${all}`,
      chance: (now) => (now % (all * 1000) < on * 1000 ? 1 : 0),
    }),
  ),
  // A model that thinks may send its headers with the first word.
  ...[
    [3, 8],
    [1, 4],
  ].map(([on = 0, all = 0]) =>
    scenario({
      name: `bursts: all refused for ${on} s of ${all}, late headers`,
      chance: (now) => (now % (all * 1000) < on * 1000 ? 1 : 0),
      headersAfter: 1,
    }),
  ),
  scenario({ name: 'random, p = 0.6, late headers', chance: chance(0.6), headersAfter: 1 }),
  scenario({ name: 'a limit of 5, late headers', limit: limit(5), headersAfter: 1 }, 5),
  scenario({ name: 'an outage of 15 s', chance: (now) => (now < 15_000 ? 1 : 0) }),
  scenario({ name: 'one caller of 20 always refused', poisoned: (caller) => caller === 3 }),
  scenario({ name: 'three callers of 20 always refused', poisoned: (caller) => caller < 3 }),
  scenario(
    {
      name: 'one caller of 20 always refused, a limit of 10 and p = 0.1',
      poisoned: (caller) => caller === 3,
      limit: limit(10),
      chance: chance(0.1),
    },
    10,
  ),
  scenario({ name: 'a limit of 5', limit: limit(5) }, 5),
  scenario({ name: 'a limit of 10', limit: limit(10) }, 10),
  scenario({ name: 'a limit of 5, answers of 10 s', limit: limit(5) }, 5, { answerMs: 10_000 }),
  scenario({ name: 'a limit of 5 and p = 0.3', limit: limit(5), chance: chance(0.3) }, 5),
  scenario(
    {
      name: 'a limit of 12, of 3 from 5 to 15 s',
      limit: (now) => (between(5000, 15_000, now) ? 3 : 12),
    },
    12,
  ),
  scenario(
    {
      name: 'a limit of 10, others use up to 8 of it',
      limit: limit(10),
      others: (now) => Math.round(4 + 4 * Math.sin(now / 3000)),
    },
    6,
  ),
];

export interface ContestScenario {
  readonly name: string;
  readonly plan: ContestPlan;
}

const contest = (
  replicas: number,
  callers: number,
  most: number,
  answerMs: number,
): ContestScenario => ({
  name: `${replicas} × ${callers} on ${most}, answers of ${answerMs / 1000} s`,
  plan: { replicas, callers, answerMs, limit: most, forMs: 630_000 },
});

export const contests: readonly ContestScenario[] = [
  contest(1, 10, 2, 1000),
  contest(1, 50, 10, 1000),
  contest(1, 50, 40, 1000),
  contest(4, 50, 10, 1000),
  contest(4, 50, 40, 1000),
  contest(4, 20, 8, 300),
  contest(8, 20, 6, 300),
  contest(16, 50, 10, 1000),
];

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const mean = <Run>(runs: readonly Run[], figure: (run: Run) => number) =>
  runs.reduce((sum, run) => sum + figure(run), 0) / runs.length;

/** One cell: time, errors of those who are not refused for ever, requests for each answer. */
export function outcomeCells(runs: readonly Outcome[]): string[] {
  return [
    seconds(mean(runs, ({ ms }) => ms)),
    mean(runs, ({ errors }) => errors).toFixed(1),
    mean(runs, ({ asked, answered }) => asked / answered).toFixed(2),
  ];
}

export function contestCells(runs: readonly Contest[]): string[] {
  return [
    `${(100 * mean(runs, ({ use }) => use)).toFixed(1)} %`,
    mean(runs, ({ fairness }) => fairness).toFixed(3),
    mean(runs, ({ refusals }) => refusals).toFixed(2),
    mean(runs, ({ errors }) => errors).toFixed(1),
  ];
}
