// How many lines strangers can cause.

import t from 'tap';
import { LogBudget } from '../../src/http/log-budget.ts';

t.test('twenty lines in ten minutes, and then how many went without', async (t) => {
  let now = 0;
  const budget = new LogBudget(() => now);
  const takes = (count: number) => Array.from({ length: count }, () => budget.take());
  t.strictSame(takes(22), [...Array(20).fill({}), null, null]);
  now += 10 * 60_000 - 1;
  t.equal(budget.take(), null);
  now += 1;
  t.strictSame(takes(21), [{ unlogged: 3 }, ...Array(19).fill({}), null]);
});
