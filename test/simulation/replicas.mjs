// The adaptive limit over real sockets: whole workers in this process, the sandbox as their GLM.
// `npm run build && node test/simulation/replicas.mjs [--seconds=30] [--limit=10] [--call-ms=300]`

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Agent, request } from 'undici';
import { startFakeGlm } from '../../dist/sandbox/glm/fake-glm.js';
import { startWorker, varyAnswers } from './workers.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    limit: { type: 'string', default: '10' },
    callers: { type: 'string', default: '50' },
    replicas: { type: 'string', default: '1,4,16' },
    'call-ms': { type: 'string', default: '300' },
  },
});
const seconds = Number(values.seconds);
const limit = Number(values.limit);
const callers = Number(values.callers);
const callMs = Number(values['call-ms']);
/** Callers come one by one, so that the start of so many in one process does not slow everything. */
const ARRIVAL_MS = 5000;
const WARM_UP_MS = 15_000;
const SAMPLE_MS = 10;

/** Calls again and again until its connections are cut; `tally` is told of each end. */
async function call(url, dispatcher, tally) {
  const body = JSON.stringify({ model: 'zhipu-api', prompt: 'Human: hello\n###Assistant:' });
  await sleep(ARRIVAL_MS * Math.random());
  for (;;) {
    const reply = await request(`${url}/worker_generate`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
      dispatcher,
    });
    const { error_code: code } = await reply.body.json();
    tally(code);
  }
}

function jain(numbers) {
  const sum = numbers.reduce((total, number) => total + number, 0);
  return sum ** 2 / (numbers.length * numbers.reduce((total, number) => total + number ** 2, 0));
}

/** The mean share of the limit that is in use, over the time that is measured. */
async function useOf(glm) {
  const end = performance.now() + seconds * 1000;
  let samples = 0;
  let used = 0;
  for (; performance.now() < end; samples++) {
    used += Math.min(glm.inFlight, limit);
    await sleep(SAMPLE_MS);
  }
  return used / samples / limit;
}

async function measure(replicas) {
  const glm = await startFakeGlm({ accountLimit: limit, callLimit: 1 });
  const stopVarying = varyAnswers(glm, callMs);
  const apps = await Promise.all(
    Array.from({ length: replicas }, () => startWorker(glm.url, callers)),
  );
  const agent = new Agent({ connections: null, headersTimeout: 0, bodyTimeout: 0 });
  const done = apps.map(() => 0);
  let errors = 0;
  const all = apps.flatMap(({ url }, number) => {
    const tally = (code) => {
      if (code === 0) done[number]++;
      else errors++;
    };
    return Array.from({ length: callers }, () => call(url, agent, tally));
  });
  const ended = Promise.allSettled(all);
  await sleep(WARM_UP_MS);
  const before = { ...glm.ledger };
  done.fill(0);
  errors = 0;
  const use = await useOf(glm);
  const completed = done.reduce((total, number) => total + number, 0);
  const figures = {
    replicas,
    use,
    fairness: jain(done),
    completed,
    refusals: (glm.ledger.failed - before.failed) / completed,
    errors,
  };
  // The callers are cut off in the middle of their calls, and stop.
  await agent.destroy();
  await ended;
  stopVarying();
  await Promise.all(apps.map((app) => app.stop()));
  await glm.close();
  return figures;
}

console.log('| replicas × callers | use | fairness | completed | refusals per call | errors |');
console.log('| --- | --: | --: | --: | --: | --: |');
for (const replicas of values.replicas.split(',').map(Number)) {
  const { use, fairness, completed, refusals, errors } = await measure(replicas);
  const name = `${replicas} × ${callers} on ${limit}`;
  const percent = `${(100 * use).toFixed(1)} %`;
  console.log(
    `| ${name} | ${percent} | ${fairness.toFixed(3)} | ${completed} | ${refusals.toFixed(3)} | ${errors} |`,
  );
}
