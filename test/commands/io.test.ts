// What commands share of the process.

import t from 'tap';
import { aborted, failed, logsFor, misuse, stopSignal, unread } from '../../src/commands/io.ts';
import { fakeIo } from '../support/fake-io.ts';

t.test('a wrong call is told a line per problem, and is exit code 2', async (t) => {
  const { io, stderr } = fakeIo([]);
  t.equal(misuse(io, ['one', 'two']), 2);
  t.equal(stderr.text, 'glm-worker: one\nglm-worker: two\n');
});

t.test('a failure is told in one line, whatever was thrown, and is exit code 1', async (t) => {
  for (const [error, line] of [
    [new Error('first line\n  second line\nthird'), 'first line'],
    [Object.assign(new Error('listen'), { code: 'EADDRINUSE' }), 'listen'],
    ['a text', 'a text'],
    [undefined, 'undefined'],
  ] as const) {
    const { io, stderr } = fakeIo([]);
    t.equal(failed(io, error), 1);
    t.equal(stderr.text, `glm-worker: ${line}\n`);
  }
});

t.test('a reader of standard output who has gone is noticed', async (t) => {
  const { io } = fakeIo([]);
  io.stdout.on('error', () => undefined);
  const gone = unread(io);
  t.equal(gone.aborted, false);
  io.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  t.equal(gone.aborted, true);
});

t.test('the first signal aborts, the second exits', async (t) => {
  const { io, signal, exits } = fakeIo([]);
  const stop = stopSignal(io);
  t.equal(stop.aborted, false);
  const waited = aborted(stop);
  signal();
  await waited;
  t.equal(stop.aborted, true);
  await aborted(stop);
  t.strictSame(exits, []);
  signal();
  t.strictSame(exits, [1]);
});

t.test(
  'the log is for people on a terminal, in its colours, and for programs elsewhere',
  async (t) => {
    const time = new Date(2026, 0, 2, 3, 4, 5).toISOString();
    const line = `${JSON.stringify({ level: 'info', time, n: 1, msg: 'listening' })}\n`;
    for (const [stderrColours, written] of [
      [undefined, line],
      [false, '03:04:05 INFO  listening n=1\n'],
      [
        true,
        '\u{1b}[2m03:04:05\u{1b}[0m \u{1b}[32mINFO \u{1b}[0m \u{1b}[1mlistening\u{1b}[0m \u{1b}[2mn=\u{1b}[0m1\n',
      ],
    ] as const) {
      const { io, stderr } = fakeIo([], stderrColours === undefined ? {} : { stderrColours });
      logsFor(io).write(line);
      t.equal(stderr.text, written);
    }
  },
);
