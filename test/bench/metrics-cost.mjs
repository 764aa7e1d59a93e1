// What metrics cost: processor time per request with metrics on and scraped, beside metrics off.
//
//   npm run build && node test/bench/metrics-cost.mjs [ROUNDS]
//
// Three processes take turns in a changing order: two without metrics, whose difference is the noise of
// the machine, and one with. Prints the ratios of each kind of request with the spread of all rounds.

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { forkHelper, freePort, listening, startProcess, stopProcess } from './children.mjs';
import { askedBy } from './helper-ask.mjs';
import { warmUp } from './measures.mjs';
import { cpuMicroseconds } from './process-tree.mjs';
import { rows } from './rows.mjs';
import { summary } from './statistics.mjs';

const home = fileURLToPath(new URL('../../.bench/', import.meta.url));
const ours = rows.find(({ name }) => name === 'ours');
const rounds = Number(process.argv[2] ?? 12);

/** Answers of so many events, and the callers who ask for them as fast as they get them. */
const REQUESTS = [
  { events: 20, callers: 32 },
  { events: 300, callers: 32 },
];
const FOR_MS = 2500;

/** A scrape in each so many milliseconds: thrice as many as a Prometheus makes. */
const SCRAPE_MS = 5000;

const upstream = await forkHelper(new URL('upstream.mjs', import.meta.url));
const driver = await forkHelper(new URL('driver.mjs', import.meta.url));
const ask = askedBy(driver.child);

async function startSubject(name, metrics) {
  const port = await freePort();
  const flags = ['--metrics', metrics];
  const started = ours.start({ port, upstream: upstream.message.port, home, flags });
  const child = startProcess({ ...started, cwd: home, log: `${home}${name}.log` });
  await listening(child, port);
  const subject = { name, metrics, port, child, row: ours };
  await warmUp(subject, { ask });
  return subject;
}

/** Microseconds of the processor for each request. */
async function cpuPerRequest({ port, child, metrics }, { events, callers }) {
  const scrape = () => fetch(`http://127.0.0.1:${port}/metrics`).then((reply) => reply.text());
  const timer = metrics === 'on' ? setInterval(scrape, SCRAPE_MS) : undefined;
  if (metrics === 'on') await scrape();
  const before = cpuMicroseconds([child.pid]);
  const call = ours.callOf({ events, period: 0 });
  const { streams, failed } = await ask('load', { port, call, callers, forMs: FOR_MS });
  clearInterval(timer);
  if (failed > 0) throw new Error(`${failed} streams failed`);
  return (cpuMicroseconds([child.pid]) - before) / streams;
}

mkdirSync(home, { recursive: true });
const subjects = [
  await startSubject('metrics-off', 'off'),
  await startSubject('metrics-off-too', 'off'),
  await startSubject('metrics-on', 'on'),
];
const ratios = REQUESTS.map(() => ({ on: [], noise: [], us: [] }));
for (let round = 0; round < rounds; round++) {
  for (const [index, request] of REQUESTS.entries()) {
    const used = {};
    // Another one is first each time: a machine that gets warm or busy favours nobody.
    const order = subjects.map((_, place) => subjects[(place + round) % subjects.length]);
    for (const subject of order) used[subject.name] = await cpuPerRequest(subject, request);
    const off = (used['metrics-off'] + used['metrics-off-too']) / 2;
    ratios[index].on.push(used['metrics-on'] / off);
    ratios[index].noise.push(used['metrics-off-too'] / used['metrics-off']);
    ratios[index].us.push(off);
  }
}
const shown = ({ median, min, max }, digits) =>
  `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
for (const [index, { events }] of REQUESTS.entries()) {
  const { on, noise, us } = ratios[index];
  console.log(
    `${events} events: ${shown(summary(us), 0)} µs per request without metrics; ` +
      `with ${shown(summary(on), 3)} of it; without once more ${shown(summary(noise), 3)}`,
  );
}
for (const { child } of [...subjects, driver, upstream]) await stopProcess(child);
process.exit(0);
