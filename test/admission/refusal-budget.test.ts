// How many refusals are paid for by acceptances and by time.

import t from 'tap';
import { RefusalBudget } from '../../src/admission/refusal-budget.ts';
import { FakeClock } from '../support/fake-clock.ts';

function budgetOf() {
  const clock = new FakeClock();
  const budget = new RefusalBudget(clock);
  const refuse = (count: number) => {
    for (let one = 0; one < count; one++) budget.refused();
  };
  return { clock, budget, refuse };
}

t.test('thirty refusals are saved up, then it waits', async (t) => {
  const { budget, refuse } = budgetOf();
  refuse(29);
  t.strictSame([budget.waitMs, budget.isSpent], [0, false]);
  refuse(1);
  t.strictSame([budget.waitMs, budget.isSpent], [500, true]);
  refuse(100);
  t.equal(budget.waitMs, 500, 'there is no debt');
});

t.test('an acceptance pays for 1.6 refusals, so six of ten may be refused', async (t) => {
  const { budget, refuse } = budgetOf();
  for (let round = 0; round < 1000; round++) {
    refuse(3);
    budget.accepted();
    budget.accepted();
  }
  t.strictSame([budget.waitMs, budget.isSpent], [0, false]);
  for (let round = 0; round < 100; round++) {
    refuse(4);
    budget.accepted();
    budget.accepted();
  }
  t.equal(budget.isSpent, true);
});

t.test('time pays for one per two lengths of a request, within bounds', async (t) => {
  for (const [requestMs, wait] of [
    [1, 500],
    [1000, 2000],
    [60_000, 10_000],
  ] as const) {
    const { clock, budget, refuse } = budgetOf();
    budget.requestLength = requestMs;
    refuse(30);
    t.equal(budget.waitMs, wait);
    clock.advance(wait / 2);
    t.equal(budget.waitMs, wait / 2);
    clock.advance(wait / 2);
    t.equal(budget.waitMs, 0);
  }
});

t.test('it stays spent until ten refusals are saved again', async (t) => {
  const { clock, budget, refuse } = budgetOf();
  refuse(30);
  clock.advance(4900);
  t.equal(budget.isSpent, true);
  clock.advance(100);
  t.equal(budget.isSpent, false);
});
