// A caller who leaves, or a worker that is stopped, at any moment: the place is free and GLM let go at once.

import t, { type Test } from 'tap';
import type { TestWorker } from '../support/start-worker.ts';
import { checkNothingHeld, matrixWorker } from './support/cell.ts';
import { begin, type Moment, moments, reach } from './support/moments.ts';
import type { PathName } from './support/told.ts';

t.jobs = 4;

/** Within 100 ms on an idle machine; a busy one gets more. */
const SOON_MS = 1000;

const ONE_PLACE = { LIMIT_WORKER_CONCURRENCY: '1' };

/** Milliseconds from `since` until GLM saw the last of its requests end, and until no place is held. */
async function endings(worker: TestWorker, since: number) {
  const { glm, logs } = worker;
  await glm.idle();
  const upstream = Math.max(0, ...glm.calls.map(({ endedAt }) => Number(endedAt) - since));
  await logs.waitFor('the caller left');
  while ((await worker.queueLength()) !== 0) await new Promise(setImmediate);
  return { upstream, place: Date.now() - since };
}

async function leaveAt(t: Test, moment: Moment, path: PathName) {
  const worker = await matrixWorker(t, { ...ONE_PLACE, ...moment.env });
  const { running, holder } = await reach(t, worker, moment, path);
  const calls = worker.glm.calls.length;
  const left = Date.now();
  running.leave();
  if (holder !== null) {
    await worker.logs.waitFor('the caller left');
    t.equal(await worker.queueLength(), 1, 'the one before is still there');
    holder.leave();
  }
  const { upstream, place } = await endings(worker, left);
  t.comment(
    `${moment.name}, ${path}: GLM let go after ${upstream} ms, place free after ${place} ms`,
  );
  const soon = moment.pauseMs === undefined ? SOON_MS : moment.pauseMs / 2;
  t.ok(upstream < soon, `GLM let go after ${upstream} ms`);
  t.ok(place < soon, `place free after ${place} ms`);
  t.equal(worker.glm.calls.length, calls, 'GLM is not asked again');
  worker.glm.setDefault({ kind: 'chat' });
  t.match(await begin(t, worker, path).reply, { status: 200, end: 'end' });
  await checkNothingHeld(t, worker);
}

/** At the drain deadline a caller is told; who waits in line is told when the draining begins. */
async function stopAt(t: Test, moment: Moment, path: PathName) {
  const worker = await matrixWorker(t, { ...ONE_PLACE, ...moment.env, DRAIN_TIMEOUT: '0.3' });
  const { running } = await reach(t, worker, moment, path);
  const deadline = Date.now() + 300;
  const stopped = worker.app.stop();
  const { rest, frames, end } = await running.reply;
  const told = Date.now() - deadline;
  await worker.glm.idle();
  const ended = worker.glm.calls.map(({ endedAt }) => Number(endedAt) - deadline);
  t.comment(
    `${moment.name}, ${path}: told ${told} ms after the deadline, GLM let go ${ended} ms after`,
  );
  t.equal(end, 'end');
  t.match(path === 'stream' ? frames.at(-1) : JSON.parse(rest), { error_code: 42903 });
  t.ok(told < SOON_MS + (moment.pauseMs ?? 0), `told ${told} ms after the deadline`);
  t.ok(Math.max(...ended) < SOON_MS, `GLM let go ${ended} ms after the deadline`);
  await stopped;
  const { begun, finished, cancelled, failed } = worker.glm.ledger;
  t.equal(begun, finished + cancelled + failed);
}

for (const moment of moments) {
  for (const path of moment.paths) {
    const leaves = `${path}: a caller who leaves while it ${moment.name} frees its place at once`;
    t.test(leaves, { buffered: true }, (t) => leaveAt(t, moment, path));

    const stops = `${path}: a caller who ${moment.name} at the drain deadline is told at once`;
    t.test(stops, { buffered: true }, (t) => stopAt(t, moment, path));
  }
}
