// Guards the figures of docs/limits.md: several replicas settle side by side, well used and fair.

import t from 'tap';
import { jain, meanOf, recoveredAfter } from './figures.ts';
import { drawChart } from './plot.ts';
import { runScenario, type Scenario } from './run-scenario.ts';
import { mainScenarios, otherScenarios } from './scenarios.ts';
import { adaptive, fixedRight, fixedTooHigh, plainRetry } from './strategies.ts';
import { figuresTable } from './tables.ts';

/** Shorter than for the tables, to be quick: about 300 lengths of a call. */
function shortened(scenario: Scenario): Scenario {
  const [from] = scenario.measured;
  return { ...scenario, measured: [from, 11 * from] };
}

function named(part: string): Scenario {
  const found = [...mainScenarios, ...otherScenarios].find(({ name }) => name.includes(part));
  if (found === undefined) throw new Error(`no scenario ${part}`);
  return found;
}

for (const scenario of mainScenarios.map(shortened)) {
  t.test(
    `adaptive, ${scenario.name}: the limit is used, fairly and with few refusals`,
    async (t) => {
      const figures = runScenario(scenario, adaptive, 1);
      const plain = runScenario({ ...scenario, measured: [30_000, 60_000] }, plainRetry(8), 1);
      t.ok(figures.use >= 0.9, `use ${figures.use}`);
      t.ok(figures.fairness >= 0.9, `fairness ${figures.fairness}`);
      t.ok(figures.refusals < plain.refusals / 5, `${figures.refusals}, plain ${plain.refusals}`);
      t.equal(figures.errors, 0);
    },
  );
}

t.test(
  'a limit that is raised is found by all replicas, one that is lowered at once',
  async (t) => {
    for (const part of ['4 × 50, limit raised', '16 × 50, limit raised', 'limit lowered']) {
      const { use, recoveredMs } = runScenario(named(part), adaptive, 1);
      t.ok(
        use >= 0.9 && recoveredMs !== null && recoveredMs <= 15_000,
        `${part}: ${recoveredMs} ms`,
      );
    }
  },
);

t.test('the permits of a replica that dies are taken over', async (t) => {
  const { use, fairness } = runScenario(named('one replica dies'), adaptive, 1);
  t.ok(use >= 0.9 && fairness >= 0.9, `use ${use}, fairness ${fairness}`);
});

t.test('the same seed gives the same figures, another one others', async (t) => {
  const scenario = shortened(named('4 × 50 on 10'));
  const [first, again, other] = [1, 1, 2].map((seed) => runScenario(scenario, adaptive, seed));
  t.strictSame(first, again);
  t.notSame(first, other);
});

t.test('fixed limits are good when guessed right, wasteful or refused when not', async (t) => {
  const right = runScenario(shortened(named('4 × 50 on 40')), fixedRight, 1);
  t.ok(right.use > 0.97 && right.refusals === 0);
  const wasteful = runScenario(shortened(named('4 × 50 on 10')), fixedRight, 1);
  t.ok(wasteful.use < 0.8);
  const refused = runScenario(shortened(named('4 × 50 on 10')), fixedTooHigh, 1);
  t.ok(refused.errors > 0.5 && refused.refusals > 5);
});

t.test("Jain's index is 1 when all have the same, and 1/n when one has all", async (t) => {
  t.strictSame([jain([3, 3, 3]), jain([0, 5, 0, 0])], [1, 0.25]);
});

t.test('a limit counts as used again when it was for five seconds', async (t) => {
  const totals = (uses: readonly number[]) => {
    let used = 0;
    return [0, ...uses].map((use, second) => {
      used += use;
      return { used, offered: second, refusals: 0 };
    });
  };
  t.equal(recoveredAfter(totals([1, 0, 0, 1, 1, 1, 1, 1, 1]), 1), 2000);
  t.equal(recoveredAfter(totals([1, 0, 0, 1, 1, 0, 0, 0, 0]), 1), null);
});

t.test('tables and picture hold every figure', async (t) => {
  const scenario = named('4 × 50 on 10');
  const run = {
    use: 0.9,
    fairness: 0.987_654,
    completed: 10,
    retried: 0.25,
    refusals: 0.5,
    waitP50: 1500,
    waitP99: 20_000,
    errors: 0,
    recoveredMs: null,
  };
  const figures = meanOf([run, { ...run, use: 1 }]);
  const change = { at: 1, limit: 40 };
  const rows = [
    { scenario, strategy: 'a', figures },
    { scenario: { ...scenario, callers: [1, 2], change }, strategy: 'b', figures },
  ];
  t.strictSame(figuresTable(rows).split('\n').slice(2), [
    '| 4 × 50 on 10 | a | 95.0 % | 0.988 | 25.0 % | 0.500 | 1.5 s | 20 s | 0.0 % | – |',
    '| 4 × 50 on 10 | b | 95.0 % | – | 25.0 % | 0.500 | 1.5 s | 20 s | 0.0 % | never |',
  ]);
  const panel = {
    title: 'a < b',
    ticks: [0, 1],
    format: String,
    values: [
      [0.5, 1],
      [0, 2],
    ],
  };
  const chart = { title: 'c', groups: ['g', 'h'], series: ['s', 't'], panels: [panel] };
  const bars = [...drawChart(chart).matchAll(/height="([\d.]+)" fill="#[^>]*><title>([^<]*)</g)];
  t.strictSame(
    bars.map(([, height, title]) => [Number(height), title]),
    [
      [75, 's: 0.5'],
      [150, 't: 1'],
      [1, 's: 0'],
      [150, 't: 2'],
    ],
  );
});
