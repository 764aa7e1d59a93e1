// How long a refused request waits, and what ends its wait before: a place, or the end of an outage.

import t from 'tap';
import { Admission } from '../../src/admission/admission.ts';
import type { Attempts } from '../../src/admission/attempts.ts';
import type { Permit } from '../../src/admission/gate.ts';
import { ModelError } from '../../src/model/model-error.ts';
import { SILENT } from '../simulation/weather.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { targetAt } from '../support/gate-parts.ts';

const REFUSED = new ModelError('rate_limited');

/** Lets every promise that can be settled settle. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Requests at one lane; each of their waits is as long as it can be. */
function stage() {
  const clock = new FakeClock();
  const limits = { permits: 100, queueLimit: 100, queueTimeoutMs: 300_000, retries: 2 };
  const admission = new Admission({ ...limits, events: SILENT, clock, random: () => 1 });
  const account = admission.account('key');
  const lane = admission.lane(account, 'glm', { max: 20, start: 20 });
  const endpoints = [{ account, lane, model: 'glm' }];
  const target = targetAt(endpoints, { share: admission.share('m', 100) });
  const { signal } = new AbortController();
  const refuse = (attempts: Attempts<string>, permit: Permit<string>) => {
    permit.release('refused');
    attempts.failed(permit, REFUSED);
  };
  /** Takes note of when each permit comes. */
  const noted = (promise: Promise<Permit<string>>) => {
    const note = { at: null as number | null, promise };
    void promise.then(() => {
      note.at = clock.now();
    });
    return note;
  };
  const begin = () => {
    const attempts = admission.attempts(target, { id: 'r', signal });
    return { attempts, next: noted(attempts.permit()) };
  };
  type Request = ReturnType<typeof begin>;
  /** Lets 50 ms pass; then those who have asked are refused. Gives back who they were. */
  const refuseAll = async (requests: readonly Request[]) => {
    clock.advance(50);
    await settled();
    const asked = requests.filter(({ next }) => next.at !== null);
    for (const request of asked) {
      refuse(request.attempts, await request.next.promise);
      request.next = noted(request.attempts.permit());
    }
    await settled();
    return asked;
  };
  /** So many requests in an outage. */
  const outageFor = async (count: number) => {
    const requests = Array.from({ length: count }, begin);
    while (!lane.isOut) await refuseAll(requests);
    return requests;
  };
  const ask = () => admission.attempts(target, { id: 'r', signal }).permit();
  return { clock, lane, ask, begin, outageFor, refuse, refuseAll, noted };
}

t.test('an attempt before its time, in a freed place, does not lengthen the wait', async (t) => {
  const { clock, ask, begin, refuse, refuseAll, noted } = stage();
  const running = await ask();
  running.accepted();
  const request = begin();
  await refuseAll([request]);
  const { attempts, next } = request;
  const dueAt = clock.now() + 500;
  clock.advance(100);
  running.release('accepted');
  await settled();
  t.equal(next.at, clock.now(), 'it goes into the place');
  refuse(attempts, await next.promise);
  const again = noted(attempts.permit());
  clock.advance(5000);
  await settled();
  t.ok(Number(again.at) >= dueAt);
  t.ok(Number(again.at) <= dueAt + 5000);
  refuse(attempts, await again.promise);
  const third = noted(attempts.permit());
  const from = clock.now();
  for (let ms = 0; ms < 1000; ms += 100) {
    clock.advance(100);
    await settled();
  }
  t.equal(third.at, from + 1000, 'the second wait, not the third');
});

t.test('an outage that ends wakes all who were refused in it', async (t) => {
  const { clock, outageFor } = stage();
  const requests = await outageFor(4);
  const asking = () => requests.filter(({ next }) => next.at !== null);
  while (asking().length === 0) {
    clock.advance(50);
    await settled();
  }
  const [probe, ...others] = asking();
  t.equal(others.length, 0, 'one asks');
  (await probe?.next.promise)?.accepted();
  await settled();
  t.equal(asking().length, 4);
});

t.test(
  'a running answer does not keep anybody from asking whether an outage is over',
  async (t) => {
    const { clock, lane, ask, outageFor } = stage();
    const running = await ask();
    running.accepted();
    const [request] = await outageFor(1);
    clock.advance(4000);
    await settled();
    t.not(request?.next.at, null);
    t.equal(lane.snapshot().inFlight, 2);
  },
);

t.test('in an outage those who were refused take turns', async (t) => {
  const { outageFor, refuseAll } = stage();
  const requests = await outageFor(3);
  const turns = [];
  while (turns.length < 3) turns.push(...(await refuseAll(requests)));
  t.equal(new Set(turns).size, 3);
});
