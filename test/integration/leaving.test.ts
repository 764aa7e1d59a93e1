// A caller who leaves costs nothing more: GLM is told at once and the place is free.

import t, { type Test } from 'tap';
import type { GlmCall } from '../../src/sandbox/glm/fake-glm.ts';
import { start } from '../support/http-call.ts';
import { postBytes, rawSocket } from '../support/raw-socket.ts';
import { HELLO, startWorker, type TestWorker } from '../support/start-worker.ts';

/** Within 100 ms on an idle machine; a busy one gets more. */
const SOON_MS = 1000;

const ONE_PLACE = { LIMIT_WORKER_CONCURRENCY: '1' };

async function checkCancelled(t: Test, { glm, logs, queueLength }: TestWorker, leftAt: number) {
  await logs.waitFor('the caller left');
  const took = Date.now() - leftAt;
  t.ok(took < SOON_MS, `the work ended after ${took} ms`);
  await glm.idle();
  const call: GlmCall | undefined = glm.calls.at(-1);
  t.equal(call?.outcome, 'cancelled');
  const seen = Number(call?.endedAt) - leftAt;
  t.ok(seen < SOON_MS, `GLM saw it after ${seen} ms`);
  t.equal(await queueLength(), 0);
}

for (const path of ['/worker_generate_stream', '/worker_generate']) {
  t.test(`${path}: a caller who leaves before GLM answers`, async (t) => {
    const worker = await startWorker(t, ONE_PLACE);
    worker.glm.script({ kind: 'fault', fault: 'hang-before-headers' });
    const running = start(t, worker.url + path, { body: HELLO });
    await worker.glm.waitForCall(1);
    running.leave();
    await checkCancelled(t, worker, Date.now());
    t.match(await worker.logs.waitFor('the caller left'), {
      outcome: 'left',
      path,
      model: 'zhipu-api',
    });
  });

  t.test(`${path}: a caller who leaves in the middle of the answer`, async (t) => {
    const worker = await startWorker(t, ONE_PLACE);
    worker.glm.script({ kind: 'chat', text: 'endless ', repeat: 1_000_000, paceMs: 1 });
    const running = start(t, worker.url + path, { body: HELLO });
    await worker.glm.waitForCall(1);
    while (Number(worker.glm.calls[0]?.events) < 10) await new Promise(setImmediate);
    running.leave();
    await checkCancelled(t, worker, Date.now());
  });

  t.test(`${path}: a caller who leaves while waiting in line never reaches GLM`, async (t) => {
    const worker = await startWorker(t, ONE_PLACE);
    worker.glm.script({ kind: 'fault', fault: 'hang-before-headers' });
    const running = start(t, worker.url + path, { body: HELLO });
    await worker.glm.waitForCall(1);
    const waiting = start(t, worker.url + path, { body: HELLO });
    while ((await worker.queueLength()) !== 2) await new Promise(setImmediate);
    waiting.leave();
    const line = await worker.logs.waitFor('the caller left');
    t.match(line, { outcome: 'left', firstTextMs: null });
    t.equal(await worker.queueLength(), 1);
    running.leave();
    await worker.glm.idle();
    t.equal(worker.glm.calls.length, 1);
  });
}

t.test('a caller who vanishes with a reset frees the place too', async (t) => {
  const worker = await startWorker(t, ONE_PLACE);
  worker.glm.script({ kind: 'chat', text: 'endless ', repeat: 1_000_000, paceMs: 1 });
  const socket = rawSocket(t, worker.url, postBytes('/worker_generate_stream', HELLO));
  await socket.until(/endless endless/);
  socket.reset();
  await checkCancelled(t, worker, Date.now());
});

t.test('the place of one who left goes to the next in line', async (t) => {
  const { glm, stream } = await startWorker(t, ONE_PLACE);
  glm.script({ kind: 'fault', fault: 'hang-after-headers' });
  const first = stream();
  await glm.waitForCall(1);
  const second = stream();
  await second.head;
  first.leave();
  t.match((await second.reply).frames.at(-1), { finish_reason: 'stop' });
  t.equal(glm.peakInFlight, 1);
});

t.test('the sums agree after a crowd in which every third caller leaves', async (t) => {
  const { glm, stream, queueLength, logs } = await startWorker(t, {
    LIMIT_WORKER_CONCURRENCY: '4',
  });
  glm.setDefault({ kind: 'chat', pieces: ['a', 'b', 'c', 'd', 'e'], paceMs: 3 });
  const crowd = Array.from({ length: 30 }, (_, index) => ({ index, running: stream() }));
  await Promise.all(
    crowd.map(async ({ index, running }) => {
      await (index % 3 === 0 ? running.head : running.reply);
      if (index % 3 === 0) running.leave();
    }),
  );
  await glm.idle();
  while (logs.withMessage('the caller left').length < 10) await new Promise(setImmediate);
  t.equal(logs.withMessage('answered').length, 20);
  t.equal(glm.ledger.finished, 20);
  t.equal(await queueLength(), 0);
});
