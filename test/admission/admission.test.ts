// The one owner of accounts, lanes and shares: what it keeps over a reload, and what it shows.

import t from 'tap';
import { ModelError } from '../../src/model/model-error.ts';
import { targetAt } from '../support/gate-parts.ts';
import { partsOf } from '../support/worker-parts.ts';

const five = { max: 5, start: 5 };

t.test('accounts, lanes and shares are the same for as long as the process lives', async (t) => {
  const { admission } = partsOf();
  const account = admission.account('key one');
  t.equal(admission.account('key one'), account);
  t.strictSame([account.label, admission.account('key two').label], ['#1', '#2']);
  const lane = admission.lane(account, 'glm-a', five);
  t.equal(admission.lane(account, 'glm-a', { max: 3, start: 3 }), lane);
  t.equal(lane.snapshot().limit, 3);
  t.not(admission.lane(account, 'glm-b', five), lane);
  const share = admission.share('name', 1);
  share.take('chat');
  t.equal(admission.share('name', 2), share);
  t.strictSame([share.max, share.taken], [2, 1]);
});

t.test('a snapshot tells who runs, who waits for how long, and who rests', async (t) => {
  const { admission, clock } = partsOf({ permits: 1 });
  const [one, two] = ['a', 'b'].map((key) => admission.account(key));
  if (one === undefined || two === undefined) throw new Error('two accounts');
  const lane = admission.lane(one, 'glm-a', five);
  admission.lane(two, 'glm-a', five);
  const target = targetAt([{ account: one, lane, model: 'm' }], { share: admission.share('n', 9) });
  const { signal } = new AbortController();
  const permit = await admission.attempts(target, { id: 'r1', signal }).permit();
  const waiting = admission.attempts(target, { id: 'r2', signal }).permit();
  clock.advance(1500);
  permit.accepted();
  two.rest(clock.now(), 'quota_exhausted');
  const known = { model: 'glm-a', limit: 5, outage: false };
  t.strictSame(admission.snapshot(), {
    running: 1,
    waiting: 1,
    longestWaitMs: 1500,
    queue: [{ name: 'm', kind: 'chat', reason: 'own_limit', waiting: 1, longestWaitMs: 1500 }],
    shares: [{ name: 'n', running: 1, max: 9 }],
    fallbacks: [],
    endpoints: [
      {
        ...{ account: '#1', ...known, inFlight: 1, lastAcceptedAt: 1500 },
        ...{ restsUntil: null, restsBecause: null },
      },
      {
        ...{ account: '#2', ...known, inFlight: 0, lastAcceptedAt: null },
        ...{ restsUntil: 61_500, restsBecause: 'quota_exhausted' },
      },
    ],
  });
  permit.release('accepted');
  (await waiting).release('other');
  t.equal(admission.snapshot().running, 0);
});

t.test(
  'who was refused waits, unless a place becomes free that nobody else waits for',
  async (t) => {
    const { admission, clock } = partsOf();
    const account = admission.account('a');
    const lane = admission.lane(account, 'glm-a', { max: 2, start: 2 });
    const target = targetAt([{ account, lane, model: 'm' }]);
    const { signal } = new AbortController();
    const other = await admission.attempts(target, { id: 'r1', signal }).permit();
    other.accepted();
    const attempts = admission.attempts(target, { id: 'r2', signal });
    const refused = await attempts.permit();
    refused.release('refused');
    attempts.failed(refused, new ModelError('rate_limited'));
    let again = false;
    const next = attempts.permit().then((permit) => {
      again = true;
      return permit;
    });
    clock.advance(100);
    await new Promise((resolve) => setImmediate(resolve));
    t.equal(again, false);
    other.release('accepted');
    (await next).release('other');
    t.equal(clock.pending, 0);
  },
);

t.test('what rests alone, account or model, is told with the longer rest of both', async (t) => {
  const { admission, clock } = partsOf();
  const account = admission.account('a');
  const lane = admission.lane(account, 'glm-a', five);
  admission.lane(account, 'glm-b', five);
  const rests = () =>
    admission
      .snapshot()
      .endpoints.map(({ model, restsUntil, restsBecause }) => [
        ...[model, restsUntil, restsBecause],
      ]);
  lane.rest(clock.now(), 'model_unknown');
  t.strictSame(rests(), [
    ['glm-a', 60_000, 'model_unknown'],
    ['glm-b', null, null],
  ]);
  clock.advance(1000);
  account.rest(clock.now(), 'quota_exhausted');
  t.strictSame(rests(), [
    ['glm-a', 61_000, 'quota_exhausted'],
    ['glm-b', 61_000, 'quota_exhausted'],
  ]);
});
