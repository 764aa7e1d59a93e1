// The scenarios that are compared: replicas, limits, kinds of traffic, and changes midway.

import type { AccountTraffic } from './account.ts';
import type { Scenario } from './run-scenario.ts';

/** Calls of about a second at 20 ms from GLM. */
const seconds: AccountTraffic = { callMs: 1000, sigma: 0.5, wayMs: [5, 15], headersAt: 0.3 };
/** Calls of about a tenth of a second at 5 ms from GLM. */
const tenths: AccountTraffic = { callMs: 100, sigma: 0.5, wayMs: [1, 4], headersAt: 0.3 };

const CALLERS = 50;
/** What is measured, in lengths of a call: some time for the start, then ten minutes of seconds. */
const START = 30;
const END = 630;
const MIDWAY = 330;

type Numbers = readonly [replicas: number, limit: number];
const everyNumbers: readonly Numbers[] = [1, 4, 16].flatMap((replicas): Numbers[] => [
  [replicas, 10],
  [replicas, 40],
]);

function scenario(
  [replicas, limit]: Numbers,
  traffic: AccountTraffic,
  more: Partial<Scenario> = {},
): Scenario {
  const { callMs } = traffic;
  return {
    name: `${replicas} × ${CALLERS} on ${limit}`,
    replicas,
    callers: CALLERS,
    limit,
    traffic,
    measured: [START * callMs, END * callMs],
    ...more,
  };
}

/** 1, 4 and 16 replicas on limits of 10 and 40, calls of a second. */
export const mainScenarios: readonly Scenario[] = everyNumbers.map((numbers) =>
  scenario(numbers, seconds),
);

/** The same with short calls; then changes midway, and loads that are not the same for all. */
export const otherScenarios: readonly Scenario[] = [
  ...everyNumbers.map((numbers) => {
    const short = scenario(numbers, tenths);
    return { ...short, name: `${short.name}, calls of 0.1 s` };
  }),
  scenario([4, 40], { ...tenths, wayMs: [5, 15] }, { name: '4 × 50 on 40, 0.1 s, 20 ms away' }),
  ...[1, 4, 16].map((replicas) =>
    scenario([replicas, 10], seconds, {
      name: `${replicas} × 50, limit raised from 10 to 40`,
      change: { at: MIDWAY * seconds.callMs, limit: 40 },
    }),
  ),
  scenario([4, 40], seconds, {
    name: '4 × 50, limit lowered from 40 to 10',
    change: { at: MIDWAY * seconds.callMs, limit: 10 },
  }),
  scenario([4, 40], seconds, {
    name: '4 × 50 on 40, one replica dies',
    change: { at: MIDWAY * seconds.callMs, dies: 0 },
  }),
  scenario([4, 10], seconds, { name: '50 + 1 + 1 + 1 on 10', callers: [CALLERS, 1, 1, 1] }),
];
