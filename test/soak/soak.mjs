// `npm run soak -- --minutes N`: the built worker under mixed traffic and trouble, then a reckoning.
//   --minutes N   how long the traffic lasts (default 10)
//   --rate N      requests a second (default 20)
//   --seed N      repeats a run's choices
// The parts: traffic.mjs (the callers), trouble.mjs (what goes wrong), worker-process.mjs (the
// worker and its memory), verdict.mjs (what has to hold at the end).

import { startFakeGlm } from '../../dist/sandbox/glm/fake-glm.js';
import { scriptFlags } from '../support/flags.mjs';
import { Random } from './random.mjs';
import { Traffic } from './traffic.mjs';
import { ControllerHost, startTrouble } from './trouble.mjs';
import { verdict } from './verdict.mjs';
import { startWorker } from './worker-process.mjs';

const flags = scriptFlags(import.meta.url, {
  minutes: { type: 'string', default: '10' },
  rate: { type: 'string', default: '20' },
  seed: { type: 'string', default: String(Date.now() % 1_000_000) },
});
const minutes = Number(flags.minutes);
const rate = Number(flags.rate);
if (!(minutes > 0 && rate > 0)) throw new Error('--minutes and --rate must be positive numbers');

const PROGRESS_MS = 10_000;
/** Longest wait for what runs at the end; no request of this traffic lives longer. */
const SETTLE_MS = 60_000;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

console.log(`soak: ${minutes} minutes, ${rate} requests a second, --seed ${flags.seed}`);
const random = new Random(Number(flags.seed));
const glm = await startFakeGlm({ callLimit: 100 });
const controllers = new ControllerHost();
await controllers.start();
const worker = await startWorker({ glm: glm.url, controller: controllers.url });
const fdsAtStart = worker.openFiles();
const traffic = new Traffic({ url: worker.url, glm, random, rate });
const trouble = startTrouble({ controllers, worker, random });
const began = Date.now();
const tick = setInterval(() => console.log(progress()), PROGRESS_MS);

function progress() {
  const seconds = String(Math.round((Date.now() - began) / 1000)).padStart(5);
  const { rss, fds, held } = worker.latest;
  const { begun, finished, cancelled, failed } = glm.ledger;
  return (
    `${seconds} s  requests ${traffic.begun}, ${traffic.summary()}; held ${held}, rss ${rss} MB, ` +
    `fds ${fds}; GLM ${begun} = ${finished} finished + ${cancelled} cancelled + ${failed} failed`
  );
}

async function settled() {
  const until = Date.now() + SETTLE_MS;
  const quiet = async () => traffic.open === 0 && glm.inFlight === 0 && (await worker.held()) === 0;
  while (!(await quiet()) && Date.now() < until) await wait(100);
}

traffic.start();
await wait(minutes * 60_000);
traffic.stop();
trouble.stop();
await controllers.restart();
await settled();
const held = await worker.held();
const ledger = { ...glm.ledger, inFlight: glm.inFlight };
clearInterval(tick);
console.log(progress());
// Idle connections of the pools count as open files until their other end closes.
await glm.close();
await controllers.close();
await wait(2000);
const fdsAtEnd = worker.openFiles();
const ended = await worker.stop();

const problems = verdict({
  held,
  ledger,
  broken: traffic.broken,
  open: traffic.open,
  memory: worker.memory,
  fds: { start: fdsAtStart, end: fdsAtEnd },
  errors: worker.errors,
  ended,
});
for (const problem of problems) console.log(`FAILED: ${problem}`);
console.log(problems.length === 0 ? 'soak passed' : 'soak failed');
process.exitCode = problems.length === 0 ? 0 : 1;
