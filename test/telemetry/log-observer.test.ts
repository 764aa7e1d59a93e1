// One line per finished piece of work, with all that is known of it and nothing that was said in it.

import t from 'tap';
import { Failure, failureOf } from '../../src/failure/failure.ts';
import { LogObserver } from '../../src/telemetry/log-observer.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { Redactor } from '../../src/telemetry/redactor.ts';
import { errorOfTransport } from '../../src/upstream/transport-error.ts';
import type { RequestReport } from '../../src/worker/observer.ts';
import { createLogSink } from '../support/log-sink.ts';

const REPORT: RequestReport = {
  requestId: 'request-1',
  path: '/worker_generate_stream',
  operation: 'chat',
  model: 'zhipu-api',
  upstreamModel: 'glm-4',
  fallback: null,
  outcome: { is: 'done', finish: 'stop' },
  usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3 },
  countedUsage: null,
  upstreamRequestId: 'upstream-1',
  onlyReasoning: false,
  attempts: 1,
  failedAttempts: [],
  account: '#1',
  waitedMs: 4,
  firstTextMs: 5,
  totalMs: 6,
};

const FACTS = {
  time: '',
  requestId: 'request-1',
  path: '/worker_generate_stream',
  model: 'zhipu-api',
  upstreamModel: 'glm-4',
  upstreamRequestId: 'upstream-1',
  attempts: 1,
  account: '#1',
  waitedMs: 4,
  firstTextMs: 5,
  totalMs: 6,
};

const USAGE = { promptTokens: 1, completionTokens: 2, totalTokens: 3 };

function observing() {
  const logs = createLogSink();
  const observer = new LogObserver(
    createLogger({ level: 'info', redactor: new Redactor() }, logs),
    new Redactor(['0123456789abcdef.planted']),
  );
  return { observer, lines: () => logs.lines.map((line) => ({ ...line, time: '' })) };
}

t.test('an answer is one line with every fact', async (t) => {
  const { observer, lines } = observing();
  observer.requestFinished(REPORT);
  const told = { level: 'info', ...FACTS, ...USAGE, outcome: 'done', finish: 'stop' };
  t.strictSame(lines(), [{ ...told, msg: 'answered' }]);
});

t.test('thoughts that leave no room for an answer are told with what helps', async (t) => {
  const { observer, lines } = observing();
  const length = { is: 'done', finish: 'length' } as const;
  observer.requestFinished({ ...REPORT, outcome: length, onlyReasoning: true });
  observer.requestFinished({ ...REPORT, outcome: length });
  observer.requestFinished({ ...REPORT, onlyReasoning: true });
  t.strictSame(
    lines().map((line) => Object(line).remedy),
    [
      'the thoughts used up all of max_new_tokens: ask for more, or lower REASONING_EFFORT',
      ...[undefined, undefined],
    ],
  );
});

t.test('a caller who left is one line without a finish', async (t) => {
  const { observer, lines } = observing();
  observer.requestFinished({ ...REPORT, outcome: { is: 'left' }, usage: null, firstTextMs: null });
  const told = { level: 'info', ...FACTS, firstTextMs: null, outcome: 'left' };
  t.strictSame(lines(), [{ ...told, msg: 'the caller left' }]);
});

t.test(
  "a failure is one warning with our name of it, FastChat's code and GLM's details",
  async (t) => {
    const { observer, lines } = observing();
    const upstream = { status: 429, code: '1302', message: 'too many', requestId: 'glm-1' };
    const cause = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    const failure = new Failure('rate_limited', { upstream, cause, hint: 'for the caller' });
    observer.requestFinished({ ...REPORT, outcome: { is: 'failed', failure } });
    t.match(lines(), [
      {
        level: 'warn',
        ...FACTS,
        ...USAGE,
        outcome: 'failed',
        failure: 'rate_limited',
        errorCode: 42901,
        upstream,
        err: { name: 'Error', message: 'reset', code: 'ECONNRESET' },
        msg: 'failed',
      },
    ]);
  },
);

t.test('a model that is not served is told once per name', async (t) => {
  const { observer, lines } = observing();
  for (const name of ['a', 'b', 'a', 'constructor', 'b']) observer.unknownModel(name, 'first');
  t.strictSame(
    lines(),
    ['a', 'b', 'constructor'].map((model) => ({
      level: 'warn',
      time: '',
      model,
      answeredAs: 'first',
      msg: 'asked about a model not served',
    })),
  );
});

t.test('callers who invent names cannot fill the log', async (t) => {
  const { observer, lines } = observing();
  for (let index = 0; index < 1000; index++) observer.unknownModel(`name ${index}`, 'first');
  t.equal(lines().length, 100);
});

t.test('long names are shortened, and told apart by what is left', async (t) => {
  const { observer, lines } = observing();
  observer.unknownModel('x'.repeat(100_000), 'first');
  observer.unknownModel(`${'x'.repeat(100_000)}y`, 'first');
  t.match(lines(), [{ model: 'x'.repeat(200) }]);
  t.equal(lines().length, 1);
});

t.test('an answer by a fallback names it', async (t) => {
  const { observer, lines } = observing();
  observer.requestFinished({ ...REPORT, upstreamModel: 'glm-5', fallback: 'other' });
  t.match(lines(), [{ model: 'zhipu-api', fallback: 'other', upstreamModel: 'glm-5' }]);
});

t.test('what admission tells of has a line, by how much it matters', async (t) => {
  const logs = createLogSink();
  const observer = new LogObserver(
    createLogger({ level: 'trace', redactor: new Redactor() }, logs),
    new Redactor(),
  );
  const at = { account: '#1', model: 'glm-5' };
  const asks = { requestId: 'r', name: 'a', ...at, attempt: 1 };
  const waits = { requestId: 'r', name: 'a', reason: 'own_limit' } as const;
  const taken = { requestId: 'r', from: 'a', to: 'b', reason: 'overloaded' } as const;
  observer.queued(waits);
  observer.permitted(asks);
  observer.fallbackTaken(taken);
  observer.limitLearned({ ...at, limit: 5, before: 4 });
  observer.outageChanged({ ...at, isOn: true });
  observer.outageChanged({ ...at, isOn: false });
  t.strictSame(
    logs.lines.map(({ time, ...line }) => line),
    [
      { level: 'debug', ...waits, msg: 'waits' },
      { level: 'trace', ...asks, msg: 'asks' },
      { level: 'info', ...taken, msg: 'goes to a fallback' },
      { level: 'debug', ...at, limit: 5, before: 4, msg: 'the limit is another one' },
      { level: 'warn', ...at, msg: 'the model answers nobody' },
      { level: 'info', ...at, msg: 'the model answers again' },
    ],
  );
});

t.test('a defect of ours is an error with its stack, not a warning', async (t) => {
  const { observer, lines } = observing();
  const failure = failureOf(new TypeError('a defect'));
  observer.requestFinished({ ...REPORT, outcome: { is: 'failed', failure } });
  t.match(lines(), [
    {
      ...{ level: 'error', failure: 'internal_error', errorCode: 50001, msg: 'failed' },
      err: { name: 'TypeError', message: 'a defect', stack: /log-observer\.test/ },
    },
  ]);
  t.equal(lines().length, 1);
});

t.test('an attempt for which this process had no file left says so', async (t) => {
  const { observer, lines } = observing();
  const facts = {
    requestId: 'r',
    name: 'm',
    account: '#1',
    model: 'glm-5',
    attempt: 1,
    nextWaitMs: 500,
  };
  for (const code of ['EMFILE', 'ENFILE']) {
    const system = Object.assign(new Error(`connect ${code} 127.0.0.1:443`), { code });
    observer.attemptFailed({ ...facts, error: errorOfTransport(system, false) });
  }
  t.strictSame(
    lines(),
    ['EMFILE', 'ENFILE'].map((code) => ({
      ...{ level: 'warn', time: '', ...facts, failure: 'upstream_unreachable' },
      upstream: { message: `${code}: this process may open no more files` },
      msg: 'attempt failed',
    })),
  );
});
