// In no weather worse than asking again, and never at the cost of others: in virtual time.

import t from 'tap';
import { scenarios } from './scenarios.ts';
import { compete, fixedLimit, ours, plainRetry, play } from './weather.ts';

const SEEDS = [11, 12];

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Other programs on the account look like a limit that moves: it is found anew again and again. */
const LIKE_A_LIMIT = /others use/;

for (const { weather, job, fixed } of scenarios) {
  t.test(`${weather.name}: not slower, no more errors, no more requests`, async (t) => {
    t.comment(`seeds ${SEEDS.join(' ')}`);
    const mine = await Promise.all(SEEDS.map((seed) => play(weather, job, ours(20), seed)));
    const retried = await Promise.all(SEEDS.map((seed) => play(weather, job, plainRetry, seed)));
    // One that fails half of the requests is soon done: then who knows the limit is the measure.
    const fails = retried.some(({ errors }) => errors > 10);
    const knows = () =>
      Promise.all(SEEDS.map((seed) => play(weather, job, fixedLimit(fixed), seed)));
    const plain = fails ? await knows() : retried;
    const of = (runs: typeof mine, figure: (run: (typeof mine)[number]) => number) =>
      mean(runs.map(figure));
    const time = (runs: typeof mine) => of(runs, ({ ms }) => ms);
    const errors = (runs: typeof mine) => of(runs, ({ errors }) => errors);
    const asked = (runs: typeof mine) => of(runs, ({ asked, answered }) => asked / answered);
    const most = LIKE_A_LIMIT.test(weather.name) ? 1.6 : 1.3;
    t.ok(time(mine) <= most * time(plain) + 1000, `${time(mine)} after ${time(plain)} ms`);
    t.ok(errors(mine) <= errors(plain) + 0.5, `${errors(mine)} after ${errors(plain)} errors`);
    t.ok(asked(mine) <= 1.25 * asked(retried), `${asked(mine)} after ${asked(retried)} requests`);
  });
}

t.test('a request that is always refused ends soon and holds up nobody', async (t) => {
  const job = { callers: 20, requests: 190, answerMs: 1000 };
  const poisoned = (caller: number) => caller === 7;
  for (const kind of ['rate_limited', 'overloaded'] as const) {
    for (const seed of SEEDS) {
      const calm = await play({ name: 'calm' }, job, ours(20), seed);
      const poison = await play({ name: 'poison', poisoned, kind }, job, ours(20), seed);
      t.equal(poison.errors, 0);
      t.ok(poison.ms <= 1.6 * calm.ms, `${poison.ms} after ${calm.ms} ms`);
      t.ok(poison.poisonTries <= 8 && poison.poisonMs <= 20_000, `${poison.poisonMs} ms`);
    }
  }
});

t.test('without a setting a limit of 40 is found within a minute, one of 2 kept', async (t) => {
  const plan = { replicas: 1, callers: 60, answerMs: 1000, limit: 40, forMs: 60_000 };
  const wide = await compete({ name: '40', limit: () => 40 }, plan, ours(256, 5), 11);
  t.ok(wide.use >= 0.9, `use ${wide.use}`);
  const narrow = { ...plan, limit: 2, callers: 10, forMs: 630_000 };
  const two = await compete({ name: '2', limit: () => 2 }, narrow, ours(256, 5), 11);
  t.ok(two.refusals <= 0.06, `refusals per answer ${two.refusals}`);
  t.equal(two.errors, 0);
});
