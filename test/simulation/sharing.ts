// Users who chat and programs that embed, on the same few permits, in virtual time.

import { Admission } from '../../src/admission/admission.ts';
import type { RequestKind } from '../../src/admission/permit-pool.ts';
import type { Target } from '../../src/admission/target.ts';
import { sleep } from '../../src/lib/clock.ts';
import { uniform } from './random.ts';
import { VirtualClock } from './virtual-clock.ts';
import { SILENT } from './weather.ts';

export interface SharedJob {
  readonly permits: number;
  /** Users who ask on and on, each so many times, after so many milliseconds of reading. */
  readonly users: number;
  readonly chats: number;
  readonly readMs: number;
  /** Milliseconds that an answer and a batch take, half to twice as long at random. */
  readonly chatMs: number;
  readonly batchMs: number;
  /** Lists to embed, each of so many batches, four of which are asked for at once; ... */
  readonly lists: number;
  readonly batches: number;
  /** ... or batch after batch by each, for as long as anybody chats. */
  readonly goOn: boolean;
}

export interface SharedOutcome {
  /** Mean milliseconds from asking to the end of an answer. */
  readonly chatMs: number;
  /** Milliseconds until all users had all their answers. */
  readonly usersMs: number;
  /** Milliseconds until all lists were embedded. */
  readonly listsMs: number;
  /** Batches that were embedded while users chatted. */
  readonly batches: number;
  /** Longest wait of a batch in the queue. */
  readonly longestBatchWaitMs: number;
}

const BATCHES_AT_ONCE = 4;

/** Plays a job; the same seed gives the same outcome. */
export async function share(job: SharedJob, seed: number): Promise<SharedOutcome> {
  const clock = new VirtualClock();
  const random = uniform(seed, 0);
  const { permits } = job;
  const admission = new Admission({
    ...{ permits, queueLimit: 1000, queueTimeoutMs: 300_000, retries: 2 },
    ...{ events: SILENT, clock, random },
  });
  const account = admission.account('key');
  const targetOf = (kind: RequestKind): Target<null> => {
    const lane = admission.lane(account, kind, { max: permits, start: permits });
    const pool = admission.share('name', permits);
    const endpoints = [{ account, lane, model: null }];
    return { name: 'name', priority: 'normal', kind, endpoints, share: pool };
  };
  /** One request; gives back how long it waited, in milliseconds. */
  const ask = async (target: Target<null>, ms: number) => {
    const began = clock.now();
    const { signal } = new AbortController();
    const permit = await admission.attempts(target, { id: 'r', signal }).permit();
    const waited = clock.now() - began;
    permit.accepted();
    await sleep(clock, ms * 2 ** (2 * random() - 1), signal);
    permit.release('accepted');
    return waited;
  };
  const [chats, embeddings] = [targetOf('chat'), targetOf('embedding')];
  const outcome = { chatMs: 0, usersMs: 0, listsMs: 0, batches: 0, longestBatchWaitMs: 0 };
  let chatting = job.users;
  const chat = async () => {
    for (let count = 0; count < job.chats; count++) {
      const began = clock.now();
      await ask(chats, job.chatMs);
      outcome.chatMs += (clock.now() - began) / (job.users * job.chats);
      await sleep(clock, job.readMs, new AbortController().signal);
    }
    chatting--;
    outcome.usersMs = clock.now();
  };
  const embed = async () => {
    let left = job.batches;
    const lane = async () => {
      while (job.goOn ? chatting > 0 : left-- > 0) {
        const waited = await ask(embeddings, job.batchMs);
        outcome.longestBatchWaitMs = Math.max(outcome.longestBatchWaitMs, waited);
        if (chatting > 0) outcome.batches++;
      }
    };
    const lanes = job.goOn ? 1 : BATCHES_AT_ONCE;
    await Promise.all(Array.from({ length: lanes }, lane));
    outcome.listsMs = clock.now();
  };
  let ended = false;
  const all = [
    ...Array.from({ length: job.lists }, embed),
    ...Array.from({ length: job.users }, chat),
  ];
  void Promise.all(all).then(() => {
    ended = true;
  });
  while (!ended) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!clock.step() && !ended) throw new Error('nothing will happen any more');
  }
  return outcome;
}
