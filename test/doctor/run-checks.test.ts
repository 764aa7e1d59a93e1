// How checks are run: in their order, within their time, without what they need, and without secrets.

import t from 'tap';
import { examineSettings } from '../../src/config/load.ts';
import { type Check, type Outcome, outcome } from '../../src/doctor/check.ts';
import { type RunOptions, runChecks } from '../../src/doctor/run-checks.ts';
import { Visit } from '../../src/doctor/visit.ts';
import { Redactor } from '../../src/telemetry/redactor.ts';

function checkOf(
  id: string,
  run: (signal: AbortSignal) => Promise<Outcome>,
  needs: readonly string[] = [],
): Check {
  return { id, title: `title of ${id}`, cost: 'local', needs, run: (_, signal) => run(signal) };
}

const found = (status: Outcome['status']) => async () => outcome(status, `is ${status}`);

/** Runs them; what they say without the time they took, and the order of events. */
async function run(checks: readonly Check[], options: Partial<RunOptions> = {}) {
  const examined = examineSettings({ argv: [], env: {}, dotenv: {} });
  const visit = new Visit({ examined, env: {}, nodeVersion: '20.19.0' });
  const events: string[] = [];
  const findings = await runChecks(visit, {
    ...{ checks, timeoutMs: 60_000, left: new Map(), redactor: new Redactor(['PLANTED1']) },
    onStart: ({ id }) => events.push(`${id} begins`),
    onEnd: ({ id }) => events.push(`${id} ends`),
    signal: new AbortController().signal,
    ...options,
  });
  await visit.end();
  return {
    events,
    lines: findings.map(({ id, status, found }) => `${id} ${status} ${found}`),
    findings,
  };
}

t.test('checks run one after the other, each told before and after', async (t) => {
  const { events, findings } = await run([checkOf('a', found('ok')), checkOf('b', found('fail'))]);
  t.strictSame(events, ['a begins', 'a ends', 'b begins', 'b ends']);
  t.match(findings, [
    { id: 'a', title: 'title of a', status: 'ok', found: 'is ok', remedy: [], details: [] },
    { id: 'b', title: 'title of b', status: 'fail', found: 'is fail', remedy: [], details: [] },
  ]);
  t.ok(findings.every(({ ms }) => Number.isInteger(ms) && ms >= 0));
});

t.test(
  'what needs a check that failed or was skipped is skipped itself, and not begun',
  async (t) => {
    const { events, lines } = await run([
      checkOf('good', found('ok')),
      checkOf('odd', found('warn')),
      checkOf('bad', found('fail')),
      checkOf('on-good', found('ok'), ['good', 'odd']),
      checkOf('on-bad', found('ok'), ['good', 'bad']),
      checkOf('on-that', found('ok'), ['on-bad', 'bad']),
    ]);
    t.strictSame(lines.slice(3), [
      'on-good ok is ok',
      'on-bad skip needs bad',
      'on-that skip needs bad, on-bad',
    ]);
    t.strictSame(
      events.filter((event) => event.startsWith('on-')),
      ['on-good begins', 'on-good ends', 'on-bad ends', 'on-that ends'],
    );
  },
);

t.test('a check that is left out says why', async (t) => {
  const { lines } = await run([checkOf('a', found('ok'))], { left: new Map([['a', '--offline']]) });
  t.strictSame(lines, ['a skip --offline']);
});

t.test('one that takes too long has failed, and its signal ends what it began', async (t) => {
  let ended = false;
  const slow = checkOf('slow', (signal) => {
    signal.addEventListener('abort', () => {
      ended = true;
    });
    return new Promise(() => undefined);
  });
  const { findings } = await run([slow, checkOf('next', found('ok'))], { timeoutMs: 20 });
  t.match(findings, [
    {
      status: 'fail',
      found: 'no answer within 0.02 s',
      remedy: ['if it is only slow: --timeout 0.06'],
    },
    { status: 'ok' },
  ]);
  t.ok(ended);
});

t.test('whatever a check throws is its failure, in one line', async (t) => {
  const { lines } = await run([
    checkOf('broken', async () => {
      throw new Error('first line\nsecond line');
    }),
  ]);
  t.strictSame(lines, ['broken fail first line']);
});

t.test('secrets are taken out before a line is cut', async (t) => {
  const long = `${'x '.repeat(198)}PLANTED1 and more`;
  const { findings } = await run([
    checkOf('a', async () =>
      outcome('ok', long, { remedy: ['a PLANTED1'], details: ['PLANTED1'] }),
    ),
  ]);
  t.match(findings, [{ remedy: ['a [secret]'], details: ['[secret]'] }]);
  t.equal(findings[0]?.found, `${'x '.repeat(198)}[sec`);
});

t.test('a run that is interrupted ends the check that runs, and begins no other', async (t) => {
  const stop = new AbortController();
  const { lines, events } = await run(
    [
      checkOf('a', () => {
        stop.abort();
        return new Promise(() => undefined);
      }),
      checkOf('b', found('ok')),
    ],
    { signal: stop.signal },
  );
  t.strictSame(lines, ['a skip interrupted']);
  t.strictSame(events, ['a begins', 'a ends']);
});
