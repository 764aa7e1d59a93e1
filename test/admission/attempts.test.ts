// When a request that failed is tried again: which failures, how often, and how soon.

import t from 'tap';
import { permitOutcome } from '../../src/admission/attempts.ts';
import { Failure } from '../../src/failure/failure.ts';
import {
  ModelError,
  type ModelFailureKind,
  type UpstreamDetail,
} from '../../src/model/model-error.ts';
import { modelFailureKinds as kinds } from '../support/model-failure-kinds.ts';
import { partsOf, type TestParts, targetOf } from '../support/worker-parts.ts';

/** Tries of one request that may take any of `accounts`. */
function triesOf(options: Parameters<typeof partsOf>[0] = {}, accounts: readonly string[] = ['a']) {
  const parts = partsOf(options);
  const target = targetOf(parts, ...accounts);
  const life = new AbortController();
  return {
    parts,
    target,
    life,
    attempts: parts.admission.attempts(target, { id: 'r1', signal: life.signal }),
  };
}

type Tries = ReturnType<typeof triesOf>;

/** Takes the next permit, however long the wait, and fails there; false when that was the end. */
async function failOnce({ attempts, parts }: Tries, error: unknown): Promise<boolean> {
  const permit = await inTime(parts, attempts.permit());
  permit.release(permitOutcome(error));
  try {
    attempts.failed(permit, error);
    return true;
  } catch (thrown) {
    if (thrown !== error) throw thrown;
    return false;
  }
}

/** What `promise` gives once all that waits for the clock has been waited for. */
async function inTime<Value>({ clock }: TestParts, promise: Promise<Value>): Promise<Value> {
  if (clock.pending > 0) clock.advance(1_000_000);
  return promise;
}

/** How often a request is tried that always fails like this, and the waits in between. */
async function triesUntil(error: ModelError, options = {}, accounts: readonly string[] = ['a']) {
  const tries = triesOf(options, accounts);
  while (await failOnce(tries, error));
  return { tries: tries.attempts.count, waits: tries.parts.clock.waits };
}

const isLoad = (kind: ModelFailureKind) => kind === 'rate_limited' || kind === 'overloaded';

const failure = (kind: ModelFailureKind, upstream: UpstreamDetail = {}) =>
  new ModelError(kind, upstream);

t.test('each kind of failure is tried again or not as the table of failures says', async (t) => {
  const tried = await Promise.all(
    kinds.map(async (kind) => [kind, (await triesUntil(failure(kind))).tries]),
  );
  t.strictSame(Object.fromEntries(tried), {
    key_missing: 1,
    key_invalid: 1,
    no_permission: 1,
    model_not_permitted: 1,
    model_unknown: 1,
    parameter_rejected: 1,
    content_blocked: 1,
    context_overflow: 1,
    rate_limited: 3,
    throttled: 3,
    quota_exhausted: 1,
    overloaded: 3,
    upstream_unreachable: 3,
    upstream_error: 3,
    upstream_refused: 1,
    address_wrong: 1,
    upstream_timeout: 1,
    upstream_malformed: 1,
    upstream_cut: 3,
    upstream_aborted: 3,
    answer_empty: 3,
  });
});

t.test('without retries only refusals for load are tried again', async (t) => {
  for (const kind of kinds)
    t.equal((await triesUntil(failure(kind), { retries: 0 })).tries, isLoad(kind) ? 3 : 1, kind);
});

t.test('what is no failure of the model is not tried again', async (t) => {
  for (const error of [new Failure('draining'), new TypeError('defect'), 'thrown text', null]) {
    t.equal(await failOnce(triesOf(), error), false);
  }
});

t.test('waits double from half a second up to eight seconds', async (t) => {
  const { waits } = await triesUntil(failure('upstream_error'), { retries: 7 });
  t.strictSame(waits, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
});

t.test('chance takes away up to half of a wait', async (t) => {
  for (const [random, expected] of [
    [0, [250, 500, 1000]],
    [0.5, [375, 750, 1500]],
    [0.999, [500, 1000, 1999]],
  ] as const) {
    const options = { retries: 3, random: () => random };
    const { waits } = await triesUntil(failure('upstream_unreachable'), options);
    t.strictSame(waits, expected);
  }
});

t.test('a wait that the provider asks for is honoured, whatever our own', async (t) => {
  const waits = async (kind: ModelFailureKind, retryAfterMs: number) =>
    (await triesUntil(failure(kind, { retryAfterMs }), { retries: 1 })).waits;
  t.ok((await waits('rate_limited', 3000)).includes(3000));
  t.ok((await waits('overloaded', 20_000)).includes(20_000));
  t.strictSame(await waits('upstream_error', 20_000), [20_000]);
  t.strictSame(await waits('upstream_error', 1), [500]);
});

t.test('a wait that nobody has the time for is not begun', async (t) => {
  const error = failure('overloaded', { retryAfterMs: 60_000 });
  t.strictSame(await triesUntil(error, { queueTimeoutMs: 60_000 }), { tries: 1, waits: [] });
  const tries = triesOf({ queueTimeoutMs: 60_001 });
  t.equal(await failOnce(tries, error), true);
});

t.test('all waits of a request together stay within its time in the queue', async (t) => {
  const options = { retries: 100, queueTimeoutMs: 4000 };
  const { tries, waits } = await triesUntil(failure('upstream_error'), options);
  t.strictSame([tries, waits], [4, [500, 1000, 2000]]);
});

t.test('who is not let in any more hears of the failure, not of the queue', async (t) => {
  const { attempts, parts, target } = triesOf({ permits: 1, queueTimeoutMs: 5000 });
  const error = failure('rate_limited');
  const first = await attempts.permit();
  first.release('refused');
  attempts.failed(first, error);
  const other = await parts.gate.enter(parts.gate.ticket(), target, new AbortController().signal);
  const waiting = attempts.permit();
  parts.clock.advance(5000);
  await t.rejects(waiting, error);
  other.release('accepted');
});

t.test('who never had a try hears of the queue', async (t) => {
  const { attempts, parts, target } = triesOf({ permits: 1, queueTimeoutMs: 5000 });
  await parts.gate.enter(parts.gate.ticket(), target, new AbortController().signal);
  const waiting = attempts.permit();
  parts.clock.advance(5000);
  await t.rejects(waiting, new Failure('queue_timeout'));
});

t.test('a gate that closes refuses the next try', async (t) => {
  const tries = triesOf();
  t.ok(await failOnce(tries, failure('overloaded')));
  tries.parts.gate.close();
  await t.rejects(tries.attempts.permit(), new Failure('draining'));
});

t.test('a caller who leaves during a wait is waited for no longer', async (t) => {
  const tries = triesOf();
  t.ok(await failOnce(tries, failure('upstream_error')));
  const waiting = tries.attempts.permit();
  const reason = new Error('left');
  tries.life.abort(reason);
  await t.rejects(waiting, reason);
  t.equal(tries.parts.clock.pending, 0);
});

t.test('who is refused for load goes on until its lane gives up hope', async (t) => {
  const tries = triesOf({ retries: 0, queueTimeoutMs: 1_000_000 });
  const [lane] = tries.target.lanes;
  if (lane !== undefined) lane.patience = 20;
  const error = failure('rate_limited');
  for (let number = 1; number < 20; number++) t.ok(await failOnce(tries, error), `${number}`);
  t.equal(await failOnce(tries, error), false);
  t.equal(tries.attempts.count, 20);
});

t.test('every failed attempt is told, with what follows from it', async (t) => {
  const tries = triesOf({ retries: 1 }, ['a', 'b']);
  const refused = failure('overloaded');
  const broken = failure('upstream_error');
  const arrears = failure('quota_exhausted');
  const last = failure('content_blocked');
  for (const error of [refused, broken, arrears, last]) await failOnce(tries, error);
  const told = { requestId: 'r1', model: 'glm-m', attempt: 1 };
  t.strictSame(tries.parts.failed, [
    { ...told, account: '#1', error: refused, nextWaitMs: 500 },
    { ...told, account: '#2', error: broken, attempt: 2, nextWaitMs: 500 },
    { ...told, account: '#1', error: arrears, attempt: 3, nextWaitMs: 0 },
    { ...told, account: '#2', error: last, attempt: 4, nextWaitMs: null },
  ]);
  t.strictSame(tries.parts.rested, [{ account: '#1', model: null, error: arrears, forMs: 60_000 }]);
});

t.test('a refusal of the model rests the account at that model only', async (t) => {
  const tries = triesOf({}, ['a', 'b']);
  const error = failure('model_not_permitted');
  t.ok(await failOnce(tries, error));
  const [first] = tries.target.endpoints;
  const now = tries.parts.clock.now();
  t.strictSame([first?.account.isResting(now), first?.lane.isResting(now)], [false, true]);
  t.strictSame(tries.parts.rested, [{ account: '#1', model: 'glm-m', error, forMs: 60_000 }]);
  t.equal(await failOnce(tries, error), false, 'no account is left');
});

const ofTheAccount = ['key_missing', 'key_invalid', 'no_permission', 'quota_exhausted'] as const;

t.test('what is wrong with one account is tried at once with the next one', async (t) => {
  for (const kind of ofTheAccount) {
    const expected = { tries: 3, waits: [] };
    t.strictSame(await triesUntil(failure(kind), { retries: 0 }, ['a', 'b', 'c']), expected);
  }
});

t.test('an account that was refused rests, and the others are asked', async (t) => {
  const { attempts, parts, target } = triesOf({}, ['a', 'b']);
  const refused = await attempts.permit();
  refused.release('other');
  attempts.failed(refused, failure('quota_exhausted'));
  const next = await attempts.permit();
  t.strictSame([refused.endpoint.model, next.endpoint.model, attempts.count], ['a', 'b', 2]);
  t.strictSame(
    target.endpoints.map(({ account }) => account.isResting(parts.clock.now())),
    [true, false],
  );
});

t.test(
  'a refusal whose cause has been amended is asked again at once, and rests nobody',
  async (t) => {
    for (const kind of ['key_invalid', 'parameter_rejected'] as const) {
      const tries = triesOf({ retries: 0 });
      t.ok(await failOnce(tries, new ModelError(kind, {}, { amended: true })));
      t.match(tries.parts.failed, [{ attempt: 1, nextWaitMs: 0, error: { kind } }]);
      t.strictSame(tries.parts.rested, []);
      t.strictSame(tries.parts.clock.waits, []);
    }
  },
);

t.test('an amendment is believed once for each account', async (t) => {
  const amended = new ModelError('key_invalid', {}, { amended: true });
  t.match(await triesUntil(amended), { tries: 2 });
  t.match(await triesUntil(amended, {}, ['a', 'b']), { tries: 4 });
});

t.test('what the table does not let amend is not asked again for it', async (t) => {
  t.match(await triesUntil(new ModelError('content_blocked', {}, { amended: true })), { tries: 1 });
});

t.test('a wait of before is not waited again for the other account', async (t) => {
  const tries = triesOf({}, ['a', 'b']);
  t.ok(await failOnce(tries, failure('upstream_error')));
  t.ok(await failOnce(tries, failure('key_invalid')));
  t.strictSame(tries.parts.clock.waits, [500]);
  await tries.attempts.permit();
  t.strictSame(tries.parts.clock.waits, [500]);
});

t.test('what a failure says about the limit of the endpoint', async (t) => {
  const outcomes = kinds.map((kind) => [kind, permitOutcome(failure(kind))] as const);
  t.strictSame(
    outcomes.filter(([, outcome]) => outcome !== 'other'),
    [
      ['rate_limited', 'refused'],
      ['overloaded', 'refused'],
    ],
  );
  for (const error of [new Failure('draining'), new Error('x'), undefined]) {
    t.equal(permitOutcome(error), 'other');
  }
});
