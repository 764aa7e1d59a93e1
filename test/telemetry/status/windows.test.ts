// What is counted within the last five minutes: failures, speed, load; nothing older, nothing unbounded.

import t from 'tap';
import { failureKinds, failureRow } from '../../../src/failure/table.ts';
import { ModelError } from '../../../src/model/model-error.ts';
import { FailureGroups } from '../../../src/telemetry/status/failure-groups.ts';
import { LoadHistory } from '../../../src/telemetry/status/load-history.ts';
import { placeOf } from '../../../src/telemetry/status/places.ts';
import { SlidingCount } from '../../../src/telemetry/status/sliding-count.ts';
import { places } from '../../../src/telemetry/status/snapshot.ts';
import { SpeedWindow } from '../../../src/telemetry/status/speed-window.ts';
import { reportOf, statusTime } from '../../support/status-parts.ts';

t.test('a count forgets step by step, and at once what is long ago', async (t) => {
  const count = new SlidingCount({ stepMs: 10, steps: 3 });
  count.add(0, 1);
  count.add(9, 1);
  count.add(10, 4);
  const seen = [10, 29, 30, 39, 40, 1000].map((now) => count.total(now));
  t.strictSame(seen, [6, 6, 4, 4, 0, 0]);
  count.add(1001, 7);
  t.equal(count.total(1001), 7);
});

t.test('the load keeps the most of each step, and stays as it was between events', async (t) => {
  const { clock } = statusTime();
  let level = { running: 0, waiting: 0 };
  const history = new LoadHistory(clock, () => level);
  level = { running: 3, waiting: 1 };
  history.changed();
  history.changed();
  t.equal(clock.pending, 1, 'it is read once more, when whoever said so has ended');
  level = { running: 2, waiting: 0 };
  clock.advance(0);
  clock.advance(11_000);
  const steps = history.steps();
  t.equal(steps.length, 60);
  t.strictSame(steps.slice(-4), [
    { running: 0, waiting: 0 },
    { running: 3, waiting: 1 },
    { running: 2, waiting: 0 },
    { running: 2, waiting: 0 },
  ]);
  level = { running: 0, waiting: 0 };
  clock.advance(3_600_000);
  t.strictSame(history.steps().slice(0, 1), [{ running: 2, waiting: 0 }], 'an hour without news');
  clock.advance(300_000);
  t.strictSame(
    history.steps().filter(({ running }) => running > 0),
    [],
  );
});

t.test('speed is that of answers that ended in the window', async (t) => {
  const speed = new SpeedWindow();
  const none = {
    ...{ windowMs: 300_000, answers: 0, firstTextP50Ms: null, firstTextP95Ms: null },
    ...{ answerTokensPerSecond: null, outputTokensPerSecond: 0 },
  };
  t.strictSame(speed.status(0, 0), none);
  const firstTexts = [100, 200, 300, 400];
  for (const firstTextMs of firstTexts) {
    speed.add(0, reportOf({ firstTextMs, totalMs: firstTextMs + 1000 }));
  }
  // In one piece, of unknown length, failed without a text, left.
  speed.add(0, reportOf({ firstTextMs: 150, totalMs: 160 }));
  speed.add(0, reportOf({ firstTextMs: 150, totalMs: 1160, usage: null }));
  speed.add(0, reportOf({ firstTextMs: null }));
  speed.add(0, reportOf({ outcome: { is: 'left' } }));
  t.strictSame(speed.status(0, 10_000), {
    ...{ windowMs: 300_000, answers: 6, firstTextP50Ms: 150, firstTextP95Ms: 400 },
    ...{ answerTokensPerSecond: 20, outputTokensPerSecond: 10 },
  });
  t.strictSame(speed.status(300_000, 300_000), none);
});

t.test('of very many answers the newest speak', async (t) => {
  const speed = new SpeedWindow();
  for (let count = 0; count < 600; count++) {
    speed.add(0, reportOf({ firstTextMs: count < 88 ? 1 : 2, totalMs: 1000 }));
  }
  t.match(speed.status(0, 1000), { answers: 600, firstTextP50Ms: 2 });
  t.equal(speed.status(0, 1000).firstTextP95Ms, 2);
});

t.test('failures are grouped by name, those of most requests first', async (t) => {
  const { clock, time } = statusTime();
  const groups = new FailureGroups(time);
  t.strictSame(groups.groups(), []);
  const { upstream } = new ModelError('key_invalid', { code: '1002', status: 401 });
  const key = { kind: 'key_invalid', model: 'glm-4.6', account: '#1', upstream } as const;
  groups.add({ ...key, of: 'attempts', requestId: 'a' });
  clock.advance(1000);
  groups.add({ ...key, of: 'requests', requestId: 'a', account: null });
  const queue = { model: 'zhipu-api', account: null, upstream: {} };
  for (const requestId of ['b', 'c']) {
    groups.add({ ...queue, kind: 'queue_full', of: 'requests', requestId });
  }
  groups.add({ ...queue, kind: 'overloaded', of: 'attempts', requestId: 'd' });
  for (const requestId of ['e', 'f']) {
    groups.add({ ...queue, kind: 'upstream_cut', of: 'attempts', requestId });
  }
  t.strictSame(groups.groups(), [
    {
      ...{ kind: 'queue_full', place: 'worker', requests: 2, attempts: 0, requestId: 'c' },
      ...{ newestAt: '2026-01-02T03:04:06.000Z', model: 'zhipu-api', account: null },
      ...{ upstreamCode: null, upstreamStatus: null, remedy: failureRow('queue_full').remedy },
    },
    {
      ...{ kind: 'key_invalid', place: 'account', requests: 1, attempts: 1, requestId: 'a' },
      ...{ newestAt: '2026-01-02T03:04:06.000Z', model: 'glm-4.6', account: '#1' },
      ...{ upstreamCode: '1002', upstreamStatus: 401, remedy: failureRow('key_invalid').remedy },
    },
    {
      ...{ kind: 'upstream_cut', place: 'glm', requests: 0, attempts: 2, requestId: 'f' },
      ...{ newestAt: '2026-01-02T03:04:06.000Z', model: 'zhipu-api', account: null },
      ...{ upstreamCode: null, upstreamStatus: null, remedy: failureRow('upstream_cut').remedy },
    },
    {
      ...{ kind: 'overloaded', place: 'glm', requests: 0, attempts: 1, requestId: 'd' },
      ...{ newestAt: '2026-01-02T03:04:06.000Z', model: 'zhipu-api', account: null },
      ...{ upstreamCode: null, upstreamStatus: null, remedy: failureRow('overloaded').remedy },
    },
  ]);
  clock.advance(300_000);
  t.strictSame(groups.groups(), []);
});

t.test('every failure points at somebody', async (t) => {
  const known: readonly string[] = places;
  t.strictSame(
    failureKinds.filter((kind) => !known.includes(placeOf(kind))),
    [],
  );
  for (const [kind, place] of [
    ['key_invalid', 'account'],
    ['rate_limited', 'account'],
    ['overloaded', 'glm'],
    ['upstream_unreachable', 'network'],
    ['address_wrong', 'worker'],
    ['internal_error', 'worker'],
    ['request_invalid', 'caller'],
  ] as const) {
    t.equal(placeOf(kind), place, kind);
  }
});
