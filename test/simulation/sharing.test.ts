// What a list to embed costs the users who chat beside it, and that neither starves.

import t from 'tap';
import { Admission } from '../../src/admission/admission.ts';
import { Failure } from '../../src/failure/failure.ts';
import { sleep } from '../../src/lib/clock.ts';
import { targetAt } from '../support/gate-parts.ts';
import { settingsFrom } from '../support/start-worker.ts';
import { uniform } from './random.ts';
import { type SharedJob, share } from './sharing.ts';
import { VirtualClock } from './virtual-clock.ts';
import { SILENT } from './weather.ts';

/** A list of 1,000 inputs, in its 16 batches, beside 20 users on 5 permits. */
const LIST: SharedJob = {
  ...{ permits: 5, users: 20, chats: 10, readMs: 50, chatMs: 1000, batchMs: 1000 },
  ...{ lists: 1, batches: 16, goOn: false },
};

/** 12 callers who embed on and on, beside 8 users on 5 permits. */
const CROWD: SharedJob = {
  ...{ permits: 5, users: 8, chats: 20, readMs: 50, chatMs: 300, batchMs: 300 },
  ...{ lists: 12, batches: 0, goOn: true },
};

for (const [what, job] of [
  ['a list of 1,000 inputs', LIST],
  ['a list whose batches take three times as long as an answer', { ...LIST, batchMs: 3000 }],
  ['12 callers who embed', CROWD],
  ['12 callers whose batches take three times as long', { ...CROWD, batchMs: 900 }],
  ['12 callers who embed, beside users who read', { ...CROWD, users: 3, readMs: 500 }],
] as const) {
  t.test(`${what} costs users who chat at most half of their time more`, async (t) => {
    for (const seed of [1, 2, 3]) {
      const alone = await share({ ...job, lists: 0 }, seed);
      const beside = await share(job, seed);
      const ratio = beside.chatMs / alone.chatMs;
      t.comment(`seed ${seed}: ${ratio.toFixed(2)} x, ${beside.batches} batches meanwhile`);
      t.ok(ratio <= 1.5, `${ratio} x`);
      t.ok(beside.usersMs <= 1.5 * alone.usersMs, 'all of them together');
      t.ok(beside.batches >= 10, 'embedding goes on');
      t.ok(beside.longestBatchWaitMs < 60_000, 'no batch waits for ever');
    }
  });
}

t.test(
  '20 prompts in one call, of 21 s each, are all answered by the settings given',
  async (t) => {
    const { queueLimit, queueTimeoutMs, retries } = settingsFrom({
      ZHIPUAI_API_KEY: 'a.b',
    }).admission;
    const clock = new VirtualClock();
    const admission = new Admission({
      ...{ permits: 5, queueLimit, queueTimeoutMs, retries, events: SILENT },
      ...{ clock, random: uniform(1, 0) },
    });
    const account = admission.account('key');
    const lane = admission.lane(account, 'glm', { max: 5, start: 5 });
    const target = targetAt([{ account, lane, model: '' }], { share: admission.share('name', 5) });
    const ask = async () => {
      const { signal } = new AbortController();
      const permit = await admission.attempts(target, { id: 'r', signal }).permit();
      await sleep(clock, 21_000, signal);
      permit.release('accepted');
      return clock.now();
    };
    const answers = Promise.all(Array.from({ length: 20 }, ask));
    while (admission.gate.running > 0 || admission.gate.waiting > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.step();
    }
    t.strictSame(
      [...new Set(await answers)],
      [21_000, 42_000, 63_000, 84_000],
      'the last of them waited for longer than a minute',
    );
  },
);

t.test('the sentence for our own queue does not blame GLM', async (t) => {
  for (const kind of ['queue_full', 'queue_timeout', 'draining', 'bodies_full'] as const) {
    t.notMatch(new Failure(kind).sentence, /GLM/, kind);
  }
});
