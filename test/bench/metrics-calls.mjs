// What metrics do for one request, without the request: how long their calls take, and a scrape.
//
//   npm run build && node test/bench/metrics-calls.mjs
//
// The least of many batches counts, because a busy machine can only add to it. metrics-cost.mjs
// measures whole requests, which a busy machine blurs.

import { cpuUsage } from 'node:process';
import { createMetrics } from '../../dist/telemetry/metrics/metrics.js';
import { WorkerTally } from '../../dist/telemetry/worker-tally.js';

const BATCHES = 200;
const PER_BATCH = 1000;
const NAMES = ['chat', 'spare', 'vectors'];

const endpoint = { limit: 5, inFlight: 0, restsUntil: null, restsBecause: null };
const { requests, attempts, registry } = createMetrics({
  ...{ version: '', node: '', tally: new WorkerTally(Date.now), written: { frames: 0, bytes: 0 } },
  isDraining: () => false,
  registration: () => ({ isRegistered: true, acceptedAt: 0 }),
  admission: () => ({
    shares: NAMES.map((name) => ({ name, running: 0 })),
    queue: [],
    endpoints: NAMES.map((model) => ({ ...endpoint, model, account: '#1' })),
  }),
  servedNames: () => NAMES,
  isKnownCode: () => false,
});

/** What the worker tells of a chat that is answered at once. */
function oneRequest(number) {
  const model = NAMES[number % NAMES.length];
  const attempt = { requestId: 'r', model: 'glm-4.6', account: '#1', attempt: 1 };
  attempts.permitted({ ...attempt, name: model });
  attempts.attemptAnswered({ ...attempt, acceptedMs: number % 900 });
  requests.requestFinished({
    ...{ operation: 'chat', model, outcome: { is: 'done', finish: 'stop' } },
    countedUsage: { promptTokens: 100, completionTokens: 300, totalTokens: 400 },
    ...{ waitedMs: number % 50, firstTextMs: 300, totalMs: 3000 + (number % 900) },
  });
}

/** Microseconds of the processor. */
async function used(work) {
  const before = cpuUsage();
  await work();
  const { user, system } = cpuUsage(before);
  return user + system;
}

let least = Number.POSITIVE_INFINITY;
let leastScrape = Number.POSITIVE_INFINITY;
for (let batch = 0; batch < BATCHES; batch++) {
  const calls = await used(() => {
    for (let number = 0; number < PER_BATCH; number++) oneRequest(number);
  });
  least = Math.min(least, calls / PER_BATCH);
  leastScrape = Math.min(leastScrape, await used(() => registry.metrics()));
}
console.log(`${least.toFixed(1)} µs per request, ${(leastScrape / 1000).toFixed(1)} ms per scrape`);
