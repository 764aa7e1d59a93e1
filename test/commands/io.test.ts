// What commands share of the process.

import t from 'tap';
import { aborted, failed, misuse, readDotenv, stopSignal } from '../../src/commands/io.ts';
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

t.test('.env is read as Node reads it, and is empty where there is none', async (t) => {
  const directory = t.testdir({ '.env': '# comment\nA=1\nB="two words"\nexport C=3\nEMPTY=\n' });
  t.strictSame({ ...readDotenv(directory) }, { A: '1', B: 'two words', C: '3', EMPTY: '' });
  t.strictSame(readDotenv(`${directory}/none`), {});
  t.strictSame(readDotenv(t.testdir({ '.env': {} })), {}, 'a folder of that name');
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
