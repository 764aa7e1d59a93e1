// What admission tells: why requests wait, what was learned, and what the queue looks like.

import t from 'tap';
import { Admission } from '../../src/admission/admission.ts';
import type { AdmissionEvents } from '../../src/admission/events.ts';
import type { Target } from '../../src/admission/target.ts';
import { ModelError } from '../../src/model/model-error.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { targetAt } from '../support/gate-parts.ts';

/** An admission whose events are kept as `[name, what was told]`. */
function watched({ permits = 10, retries = 2 } = {}) {
  const clock = new FakeClock();
  const told: (readonly [event: string, facts: unknown])[] = [];
  const events: AdmissionEvents = {
    queued: (facts) => told.push(['queued', facts]),
    permitted: (facts) => told.push(['permitted', facts]),
    attemptAnswered: (facts) => told.push(['attemptAnswered', facts]),
    attemptFailed: (facts) => told.push(['attemptFailed', facts]),
    accountRested: (facts) => told.push(['accountRested', facts]),
    fallbackTaken: (facts) => told.push(['fallbackTaken', facts]),
    limitLearned: (facts) => told.push(['limitLearned', facts]),
    outageChanged: (facts) => told.push(['outageChanged', facts]),
  };
  const admission = new Admission({
    ...{ permits, queueLimit: 100, queueTimeoutMs: 60_000, retries, events, clock },
    random: () => 0,
  });
  const { signal } = new AbortController();
  let requests = 0;
  const endpoint = (key: string, max = 5) => {
    const account = admission.account(key);
    return { account, lane: admission.lane(account, 'glm', { max, start: max }), model: key };
  };
  return {
    clock,
    admission,
    endpoint,
    target: (key: string, more: Partial<Target<string>> = {}, max = 5) =>
      targetAt([endpoint(key, max)], { share: admission.share(key, 5), name: key, ...more }),
    attempts: (target: Target<string>) =>
      admission.attempts(target, { id: `r${++requests}`, signal }),
    /** The events of a kind. */
    of: (name: keyof AdmissionEvents) =>
      told.filter(([event]) => event === name).map(([, facts]) => facts),
  };
}

const reasons = (facts: readonly unknown[]) => facts.map((one) => Object(one).reason);

t.test('a request that can go at once never waits; it tells whom it asks', async (t) => {
  const { attempts, target, of } = watched();
  (await attempts(target('a')).permit()).release('accepted');
  t.strictSame(of('queued'), []);
  t.strictSame(of('permitted'), [
    { requestId: 'r1', name: 'a', model: 'glm', account: '#1', attempt: 1 },
  ]);
});

t.test('an attempt that is answered tells how long GLM took to accept it', async (t) => {
  const { attempts, target, clock, of } = watched();
  const attempt = attempts(target('a'));
  const permit = await attempt.permit();
  clock.advance(40);
  permit.accepted();
  clock.advance(100);
  permit.release('accepted');
  attempt.answered(permit);
  const facts = { requestId: 'r1', model: 'glm', account: '#1', attempt: 1, acceptedMs: 40 };
  t.strictSame(of('attemptAnswered'), [facts]);
});

t.test('an attempt that breaks off after text is told, and is the last', async (t) => {
  const { attempts, target, of } = watched();
  const attempt = attempts(target('a'));
  const permit = await attempt.permit();
  const error = new ModelError('upstream_cut');
  t.throws(() => attempt.brokeOff(permit, error), error);
  const gone = new Error('the caller has gone');
  t.throws(() => attempt.brokeOff(permit, gone), gone);
  const facts = { requestId: 'r1', model: 'glm', account: '#1', attempt: 1, nextWaitMs: null };
  t.strictSame(of('attemptFailed'), [{ ...facts, error }]);
});

t.test('a request that waits tells which limit it is', async (t) => {
  const whole = watched({ permits: 1 });
  const first = await whole.attempts(whole.target('a')).permit();
  const next = whole.attempts(whole.target('a')).permit();
  t.strictSame(whole.of('queued'), [{ requestId: 'r2', name: 'a', reason: 'own_limit' }]);
  first.release('accepted');
  (await next).release('accepted');

  const small = watched();
  const target = small.target('a', { share: small.admission.share('small', 1) });
  const held = await small.attempts(target).permit();
  const waiting = small.attempts(target).permit();
  t.strictSame(reasons(small.of('queued')), ['model_limit']);
  held.release('accepted');
  (await waiting).release('accepted');

  const learned = watched();
  const one = learned.target('a', {}, 1);
  const taken = await learned.attempts(one).permit();
  const full = learned.attempts(one).permit();
  t.strictSame(reasons(learned.of('queued')), ['learned_limit']);
  taken.release('accepted');
  (await full).release('accepted');
});

t.test('one that embeds tells when what is free is kept for chats', async (t) => {
  const { attempts, target, of, admission, clock } = watched({ permits: 2 });
  const embedding = { kind: 'embedding', name: 'e' } as const;
  const chats = await Promise.all([1, 2].map(() => attempts(target('a')).permit()));
  for (const chat of chats) chat.release('accepted');
  const first = await attempts(target('b', embedding)).permit();
  const second = attempts(target('b', embedding)).permit();
  clock.advance(50);
  t.strictSame(reasons(of('queued')), ['kept_for_chats']);
  t.strictSame(admission.snapshot().queue, [
    { ...embedding, reason: 'kept_for_chats', waiting: 1, longestWaitMs: 50 },
  ]);
  first.release('accepted');
  (await second).release('accepted');
});

t.test('one that could go elsewhere tells that the other account rests', async (t) => {
  const { attempts, of, endpoint, clock } = watched();
  const [tired, full] = [endpoint('a'), endpoint('b', 1)];
  const target = targetAt([tired, full]);
  tired.account.rest(clock.now(), 'quota_exhausted');
  const first = await attempts(target).permit();
  const second = attempts(target).permit();
  t.strictSame(reasons(of('queued')), ['account_rests']);
  first.release('accepted');
  (await second).release('accepted');
});

t.test('one that was refused waits for its retry, then for the end of the outage', async (t) => {
  const { attempts, target, of, clock, admission } = watched();
  const a = target('a');
  const one = attempts(a);
  const refused = new ModelError('overloaded');
  let permit = await one.permit();
  for (let refusals = 0; refusals < 7; refusals++) {
    permit.release('refused');
    one.failed(permit, refused);
    const next = one.permit();
    clock.advance(4000);
    permit = await next;
  }
  const other = attempts(a).permit();
  t.strictSame(reasons(of('queued')), [...Array(7).fill('retry'), 'outage']);
  t.strictSame(of('outageChanged'), [{ account: '#1', model: 'glm', isOn: true }]);
  permit.accepted();
  t.strictSame(of('outageChanged').at(-1), { account: '#1', model: 'glm', isOn: false });
  permit.accepted();
  permit.release('accepted');
  (await other).release('accepted');
  t.equal(of('outageChanged').length, 2);
  t.strictSame(admission.snapshot().queue, []);
});

t.test('a limit that was learned is told with what it was before', async (t) => {
  const { attempts, admission, of } = watched();
  const account = admission.account('a');
  const lane = admission.lane(account, 'glm', { max: 100, start: 1 });
  const target = targetAt([{ account, lane, model: '' }]);
  (await attempts(target).permit()).release('accepted');
  t.strictSame(of('limitLearned'), [{ account: '#1', model: 'glm', limit: 2, before: 1 }]);
});

t.test('requests that wait for the same are one row of the queue', async (t) => {
  const { attempts, target, admission, clock } = watched({ permits: 1 });
  const held = await attempts(target('a')).permit();
  const first = attempts(target('a')).permit();
  clock.advance(100);
  const second = attempts(target('a')).permit();
  const other = attempts(target('b')).permit();
  clock.advance(10);
  const row = { kind: 'chat', reason: 'own_limit' };
  t.strictSame(admission.snapshot().queue, [
    { name: 'a', ...row, waiting: 2, longestWaitMs: 110 },
    { name: 'b', ...row, waiting: 1, longestWaitMs: 10 },
  ]);
  held.release('other');
  for (const waiting of [first, second, other]) (await waiting).release('other');
});
