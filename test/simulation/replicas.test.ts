// Many workers on one account: how much of its limit they use, and how fairly, in virtual time.

import t from 'tap';
import { compete, ours } from './weather.ts';

t.test('a limit is used well, and replicas share it', async (t) => {
  // In three minutes many replicas have not had all their turns: in ten their index is 0.98.
  for (const [replicas, callers, limit, answerMs, refusals, fairness] of [
    [1, 50, 10, 1000, 0.05, 1],
    [4, 50, 40, 1000, 0.2, 0.95],
    [8, 20, 6, 300, 2, 0.95],
    [16, 50, 10, 1000, 2, 0.9],
  ] as const) {
    const plan = { replicas, callers, answerMs, limit, forMs: 210_000 };
    const name = `${replicas} replicas on ${limit}`;
    const figures = await compete({ name, limit: () => limit }, plan, ours(50), 11);
    const answers = (figures.use * limit * 180_000) / answerMs;
    t.ok(figures.use >= 0.9, `${name}: use ${figures.use}`);
    t.ok(figures.fairness >= fairness, `${name}: fairness ${figures.fairness}`);
    t.ok(figures.refusals <= refusals, `${name}: refusals ${figures.refusals}`);
    t.ok(figures.errors <= 0.005 * answers, `${name}: ${figures.errors} errors`);
  }
});
