// The life of one request, under a clock that a test moves.

import { getEventListeners } from 'node:events';
import t from 'tap';
import { Failure } from '../../src/failure/failure.ts';
import { ModelError } from '../../src/model/model-error.ts';
import { CallerGone, RequestContext } from '../../src/worker/request-context.ts';
import { type RequestTrace, untraced } from '../../src/worker/request-trace.ts';
import { FakeClock } from '../support/fake-clock.ts';

interface ContextOptions {
  readonly timeoutMs?: number;
  readonly life?: AbortController;
  readonly trace?: RequestTrace;
}

function contextOf({
  timeoutMs = 60_000,
  life = new AbortController(),
  trace = untraced(),
}: ContextOptions = {}) {
  const clock = new FakeClock(5000);
  const context = new RequestContext(
    { id: 'r1', path: '/p', signal: life.signal, trace },
    clock,
    timeoutMs,
  );
  return { context, clock, life, listeners: () => getEventListeners(life.signal, 'abort').length };
}

const blank = {
  requestId: 'r1',
  path: '/p',
  operation: 'chat',
  model: '',
  upstreamModel: '',
  fallback: null,
  outcome: { is: 'left' },
  usage: null,
  countedUsage: null,
  upstreamRequestId: null,
  onlyReasoning: false,
  attempts: 0,
  failedAttempts: [],
  account: null,
  waitedMs: 0,
  firstTextMs: null,
  totalMs: 0,
};

/** Whom a request asks that names nobody. */
const BLANK_MODEL = { name: '', upstreamModel: '' };

const begun = (number: number) =>
  ({ operation: 'chat', model: 'glm-4', account: '#1', number }) as const;

t.test(
  'a request that is done reports what became known and how long each part took',
  async (t) => {
    const { context, clock } = contextOf();
    const usage = { promptTokens: 1, completionTokens: 2, totalTokens: 3 };
    Object.assign(context, {
      model: 'm',
      upstreamModel: 'glm-4',
      upstreamRequestId: 'u',
      usage,
      countedUsage: usage,
      attempts: 2,
    });
    clock.advance(10);
    context.started({ name: 'm', upstreamModel: 'glm-4' }, begun(1));
    clock.advance(20);
    context.textArrived();
    clock.advance(30);
    context.done('length');
    t.strictSame(context.close(), {
      ...blank,
      model: 'm',
      upstreamModel: 'glm-4',
      outcome: { is: 'done', finish: 'length' },
      usage,
      countedUsage: usage,
      upstreamRequestId: 'u',
      attempts: 1,
      account: '#1',
      waitedMs: 10,
      firstTextMs: 30,
      totalMs: 60,
    });
  },
);

t.test('the first start ends the wait, the last one counts the attempts', async (t) => {
  const { context, clock } = contextOf();
  context.started(BLANK_MODEL, begun(1));
  context.textArrived();
  clock.advance(50);
  context.started(BLANK_MODEL, begun(2));
  context.textArrived();
  context.done(null);
  t.strictSame(context.close(), {
    ...blank,
    outcome: { is: 'done', finish: null },
    attempts: 2,
    account: '#1',
    firstTextMs: 0,
    totalMs: 50,
  });
});

t.test('a request that never got a permit has waited all the time', async (t) => {
  const { context, clock } = contextOf();
  clock.advance(70);
  const failure = new Failure('queue_timeout');
  t.equal(context.failed(failure), failure);
  const outcome = { is: 'failed', failure };
  t.strictSame(context.close(), { ...blank, outcome, waitedMs: 70, totalMs: 70 });
});

t.test('any error becomes a row of the table of failures', async (t) => {
  const { context } = contextOf();
  t.match(context.failed(new ModelError('overloaded')), { kind: 'overloaded' });
  t.match(context.failed(new TypeError('x')), { kind: 'internal_error' });
});

t.test('a caller who leaves ends the request, and nobody is told', async (t) => {
  const { context, life } = contextOf();
  t.equal(context.signal.aborted, false);
  life.abort();
  t.ok(context.signal.reason instanceof CallerGone);
  t.equal(context.failed(new Error('aborted')), context.signal.reason);
  t.strictSame(context.close().outcome, { is: 'left' });
});

t.test('a caller who had left before is gone from the start', async (t) => {
  const life = new AbortController();
  life.abort();
  const { context } = contextOf({ life });
  t.equal(context.signal.aborted, true);
});

t.test('a request that takes too long is stopped, to the millisecond', async (t) => {
  const { context, clock } = contextOf({ timeoutMs: 1000 });
  clock.advance(999);
  t.equal(context.signal.aborted, false);
  clock.advance(1);
  t.match(context.signal.reason, { kind: 'generation_timeout' });
});

t.test('the first reason to stop stands', async (t) => {
  const { context, life } = contextOf();
  const failure = new Failure('draining');
  context.stop(failure);
  context.stop(new Failure('internal_error'));
  life.abort();
  t.equal(context.signal.reason, failure);
});

t.test('closing leaves neither timer nor listener', async (t) => {
  const { context, clock, life, listeners } = contextOf({ timeoutMs: 1000 });
  t.strictSame([clock.pending, listeners()], [1, 1]);
  context.close();
  t.strictSame([clock.pending, listeners()], [0, 0]);
  life.abort();
  clock.advance(2000);
  t.equal(context.signal.aborted, false);
});

/** A trace that notes what it was told, in the order in which it was. */
function notingTrace() {
  const told: unknown[] = [];
  const note =
    (what: string) =>
    (...facts: readonly unknown[]) =>
      void told.push([what, ...facts]);
  const trace: RequestTrace = {
    traceId: 't1',
    began: note('began'),
    queued: note('queued'),
    attempt(facts) {
      note('attempt')(facts.number);
      const of = (what: string) => note(`${what} of ${facts.number}`);
      return { firstText: of('first text'), failed: of('failed'), ended: of('ended') };
    },
    finished: note('finished'),
  };
  return { trace, told };
}

t.test('whoever follows it is told of each attempt, and of the first text once', async (t) => {
  const { trace, told } = notingTrace();
  const { context } = contextOf({ trace });
  const end = { usage: null, finish: null, response: null };
  context.queued('own_limit');
  const first = context.started(BLANK_MODEL, begun(1));
  first.failed(new ModelError('rate_limited', { code: '1302' }));
  first.ended(end);
  const second = context.started(BLANK_MODEL, begun(2));
  context.textArrived();
  context.textArrived();
  second.ended(end);
  context.done('stop');
  const report = context.close();
  t.strictSame(told, [
    ['began'],
    ['queued', 'own_limit'],
    ['attempt', 1],
    ['failed of 1', { kind: 'rate_limited', upstream: { code: '1302' } }],
    ['ended of 1', end],
    ['attempt', 2],
    ['first text of 2'],
    ['ended of 2', end],
    ['finished', report],
  ]);
  t.equal(report.traceId, 't1');
});

t.test(
  'the report names the attempts that failed, and not more of them than fit a line',
  async (t) => {
    const { context } = contextOf();
    for (let number = 1; number <= 30; number++) {
      const tried = context.started(BLANK_MODEL, begun(number));
      tried.failed(new ModelError('overloaded', { code: '1305' }));
    }
    const { attempts, failedAttempts } = context.close();
    t.equal(attempts, 30);
    const failed = { failure: 'overloaded', code: '1305', account: '#1', model: 'glm-4' };
    t.strictSame(failedAttempts, Array(20).fill(failed));
  },
);

t.test('an attempt that nobody waits for any more has not failed', async (t) => {
  const { trace, told } = notingTrace();
  const { context } = contextOf({ trace });
  const tried = context.started(BLANK_MODEL, begun(1));
  tried.failed(new CallerGone());
  tried.failed(AbortSignal.abort().reason);
  t.strictSame(context.close().failedAttempts, []);
  const cancelled = ['failed of 1', { kind: 'cancelled', upstream: {} }];
  t.strictSame(told.slice(2, -1), [cancelled, cancelled]);
});

t.test('a part of it has its names, and an end of its own', async (t) => {
  const { trace, told } = notingTrace();
  const { context } = contextOf({ trace });
  const { signal } = new AbortController();
  const part = context.within(signal);
  part.queued?.('retry');
  t.strictSame({ ...part, queued: null }, { id: 'r1', traceId: 't1', signal, queued: null });
  t.strictSame(told.at(-1), ['queued', 'retry']);
});
