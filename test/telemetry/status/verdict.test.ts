// The one sentence above the page: what is wrong, whose turn it is, and what to do.

import t from 'tap';
import type { WaitReason } from '../../../src/admission/events.ts';
import type { FailureGroup, RecentRequest } from '../../../src/telemetry/status/snapshot.ts';
import { type Judged, verdictOf } from '../../../src/telemetry/status/verdict.ts';
import { placeWords, waitWords } from '../../../src/telemetry/status/words.ts';
import { CALM } from '../../support/status-parts.ts';

const { registration, load } = CALM;

const judge = (more: Partial<Judged> = {}) =>
  verdictOf({ ...CALM, isDraining: false, clockBehindMs: 0, ...more });

const ended = (outcome: string) => ({ outcome }) as RecentRequest;

const group = (kind: string, more: Partial<FailureGroup> = {}): FailureGroup => ({
  ...{ kind, place: 'account', requests: 1, attempts: 0, newestAt: CALM.at, model: 'glm-4.6' },
  ...{ account: '#1', requestId: 'a', upstreamCode: null, upstreamStatus: null },
  remedy: `mend ${kind}`,
  ...more,
});

const endpoint = {
  ...{ account: '#1', model: 'glm-4.6', running: 0, limit: 5, outage: false },
  ...{ restsForMs: null, restsBecause: null },
};

t.test('all is well', async (t) => {
  const ok = (sentence: string) => ({ level: 'ok', sentence, remedy: '' });
  const off = { ...registration, state: 'off' } as const;
  t.strictSame(judge(), ok('Registered; no request has come yet.'));
  t.strictSame(
    judge({ requests: [ended('left')] }),
    ok('Registered; nothing was answered lately.'),
  );
  t.strictSame(judge({ requests: [ended('done')] }), ok('Registered and answering.'));
  t.strictSame(
    judge({ registration: off, requests: [ended('done')] }),
    ok('Serving without a controller and answering.'),
  );
});

t.test('a clock that is off is told where nothing is worse, and so is on which side', async (t) => {
  const off = (words: string) => ({
    level: 'warn',
    sentence: `The clock of this machine is 400 s ${words} GLM's; tokens are signed by GLM's.`,
    remedy: 'timedatectl set-ntp true, for a container on its host',
  });
  t.strictSame(judge({ clockBehindMs: 400_100 }), off('behind'));
  t.strictSame(judge({ clockBehindMs: -400_100 }), off('ahead of'));
  t.match(judge({ clockBehindMs: -4999 }), { level: 'ok' });
  const failures = [group('key_invalid')];
  t.match(judge({ clockBehindMs: 400_100, failures }), { remedy: 'mend key_invalid' });
});

t.test('a controller that does not answer is worse than any failure', async (t) => {
  const reason = { reason: 'refused', remedy: 'start it' };
  const sentence = "No requests come, because FastChat's controller does not answer: refused";
  for (const state of ['failing', 'not_registered'] as const) {
    const failing = { registration: { ...registration, ...reason, state } };
    const verdict = judge({ ...failing, failures: [group('key_invalid')] });
    t.strictSame(verdict, { level: 'bad', sentence, remedy: 'start it' }, state);
  }
  const beginning = { ...registration, state: 'not_registered' } as const;
  t.match(judge({ registration: beginning }), { level: 'warn', remedy: 'wait a moment' });
});

t.test('a failure names who has to act, and is bad while the newest request failed', async (t) => {
  const failures = [group('queue_full', { place: 'worker', requests: 9 }), group('key_invalid')];
  t.strictSame(judge({ failures, requests: [ended('left'), ended('key_invalid')] }), {
    level: 'bad',
    sentence: 'It is the GLM account: 1 request failed with key_invalid in the last five minutes.',
    remedy: 'mend key_invalid',
  });
  t.strictSame(judge({ failures, requests: [ended('done'), ended('key_invalid')] }), {
    level: 'warn',
    sentence:
      'It is this worker: 9 requests failed with queue_full in the last five minutes. ' +
      'It is answering again.',
    remedy: 'mend queue_full',
  });
});

t.test('mistakes of callers, and tries that were made good, are no alarm', async (t) => {
  const failures = [
    group('model_not_served', { place: 'caller' }),
    group('overloaded', { place: 'glm', requests: 0, attempts: 3 }),
  ];
  const requests = [ended('model_not_served'), ended('done')];
  t.match(judge({ failures, requests }), { level: 'ok' });
});

t.test('an outage and an account that rests are told before anybody has failed', async (t) => {
  const out = { ...load, endpoints: [endpoint, { ...endpoint, outage: true }] };
  t.strictSame(judge({ load: out }), {
    ...{ level: 'bad', sentence: 'glm-4.6 answers nobody.', remedy: waitWords.outage.remedy },
  });
  const resting = { ...endpoint, restsForMs: 1, restsBecause: 'key_invalid' };
  const rests = { load: { ...load, endpoints: [resting] } };
  const sentence = 'Account #1 rests at glm-4.6 because of key_invalid.';
  t.strictSame(judge(rests), { level: 'warn', sentence, remedy: '' });
  const tried = [group('key_invalid', { requests: 0, attempts: 1 })];
  t.match(judge({ ...rests, failures: tried }), { sentence, remedy: 'mend key_invalid' });
});

t.test('long waits say why, and what would end them', async (t) => {
  const row = { name: 'm', waiting: 1 };
  for (const reason of Object.keys(waitWords) as WaitReason[]) {
    const queue = [
      { ...row, reason: 'retry', longestWaitMs: 1 } as const,
      { ...row, reason, longestWaitMs: 12_000 },
    ];
    const { because, remedy } = waitWords[reason];
    const sentence = `2 waiting, the longest for 12 s: ${because}.`;
    const waits = { ...load, waiting: 2, queue };
    t.strictSame(judge({ load: waits }), { level: 'warn', sentence, remedy }, reason);
  }
  const queue = [{ ...row, reason: 'retry', longestWaitMs: 9999 } as const];
  t.match(judge({ load: { ...load, waiting: 1, queue } }), { level: 'ok' });
});

t.test('a worker that stops says so before all else', async (t) => {
  t.strictSame(judge({ isDraining: true, failures: [group('key_invalid')] }), {
    ...{ level: 'warn', remedy: 'it was told to stop' },
    sentence: 'Stopping: what runs is finished, nothing new is taken.',
  });
});

t.test('every place has words of its own', async (t) => {
  const words = Object.values(placeWords);
  t.equal(new Set(words).size, words.length);
});
