// What commands share of the process.

import t from 'tap';
import { aborted, failed, misuse, stopSignal, unread } from '../../src/commands/io.ts';
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
