// The life of one piece of work, under a clock that a test moves.

import { getEventListeners } from 'node:events';
import t from 'tap';
import { Failure } from '../../src/failure/failure.ts';
import { ModelError } from '../../src/model/model-error.ts';
import { CallerGone, RequestContext } from '../../src/worker/request-context.ts';
import { FakeClock } from '../support/fake-clock.ts';

function workOf({ timeoutMs = 60_000, life = new AbortController() } = {}) {
  const clock = new FakeClock(5000);
  const work = new RequestContext({ id: 'r1', path: '/p', signal: life.signal }, clock, timeoutMs);
  return { work, clock, life, listeners: () => getEventListeners(life.signal, 'abort').length };
}

const blank = {
  requestId: 'r1',
  path: '/p',
  model: '',
  upstreamModel: '',
  outcome: { is: 'left' },
  usage: null,
  upstreamRequestId: null,
  tries: 0,
  waitedMs: 0,
  firstTextMs: null,
  totalMs: 0,
};

t.test('work that is done reports what became known and how long each part took', async (t) => {
  const { work, clock } = workOf();
  const usage = { promptTokens: 1, completionTokens: 2, totalTokens: 3 };
  Object.assign(work, {
    model: 'm',
    upstreamModel: 'glm-4',
    upstreamRequestId: 'u',
    usage,
    tries: 2,
  });
  clock.advance(10);
  work.started(1);
  clock.advance(20);
  work.textArrived();
  clock.advance(30);
  work.done('length');
  t.strictSame(work.close(), {
    ...blank,
    model: 'm',
    upstreamModel: 'glm-4',
    outcome: { is: 'done', finish: 'length' },
    usage,
    upstreamRequestId: 'u',
    tries: 1,
    waitedMs: 10,
    firstTextMs: 30,
    totalMs: 60,
  });
});

t.test('the first start ends the wait, the last one counts the tries', async (t) => {
  const { work, clock } = workOf();
  work.started(1);
  work.textArrived();
  clock.advance(50);
  work.started(2);
  work.textArrived();
  work.done(null);
  t.strictSame(work.close(), {
    ...blank,
    outcome: { is: 'done', finish: null },
    tries: 2,
    firstTextMs: 0,
    totalMs: 50,
  });
});

t.test('work that never got a place has waited all the time', async (t) => {
  const { work, clock } = workOf();
  clock.advance(70);
  const failure = work.failed(new Failure('queue_timeout'));
  t.equal(failure.kind, 'queue_timeout');
  const outcome = { is: 'failed', failure };
  t.strictSame(work.close(), { ...blank, outcome, waitedMs: 70, totalMs: 70 });
});

t.test('any error becomes a row of the table of failures', async (t) => {
  const { work } = workOf();
  t.equal(work.failed(new ModelError('overloaded')).kind, 'overloaded');
  t.equal(work.failed(new TypeError('x')).kind, 'internal_error');
});

t.test('a caller who leaves ends the work, and nobody is told', async (t) => {
  const { work, life } = workOf();
  t.equal(work.left, false);
  t.equal(work.signal.aborted, false);
  life.abort();
  t.equal(work.left, true);
  t.ok(work.signal.reason instanceof CallerGone);
  t.strictSame(work.close().outcome, { is: 'left' });
});

t.test('a caller who had left before is gone from the start', async (t) => {
  const life = new AbortController();
  life.abort();
  const { work } = workOf({ life });
  t.equal(work.left, true);
  t.equal(work.signal.aborted, true);
});

t.test('work that takes too long is stopped, to the millisecond', async (t) => {
  const { work, clock } = workOf({ timeoutMs: 1000 });
  clock.advance(999);
  t.equal(work.signal.aborted, false);
  clock.advance(1);
  t.match(work.signal.reason, { kind: 'generation_timeout' });
  t.equal(work.left, false);
});

t.test('the first reason to stop stands', async (t) => {
  const { work, life } = workOf();
  const failure = new Failure('draining');
  work.stop(failure);
  work.stop(new Failure('internal_error'));
  life.abort();
  t.equal(work.signal.reason, failure);
  t.equal(work.left, false);
});

t.test('closing leaves neither timer nor listener', async (t) => {
  const { work, clock, life, listeners } = workOf({ timeoutMs: 1000 });
  t.strictSame([clock.pending, listeners()], [1, 1]);
  work.close();
  t.strictSame([clock.pending, listeners()], [0, 0]);
  life.abort();
  clock.advance(2000);
  t.equal(work.signal.aborted, false);
});
