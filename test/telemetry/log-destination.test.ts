// Log lines whose reader is slow, gone or full: kept, counted, and never in the way.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import t from 'tap';
import { LogDestination, type WriteBytes } from '../../src/telemetry/log-destination.ts';

/** A place that takes lines until it is told not to; `room` = bytes it takes of each write. */
function sink() {
  const state = { text: '', error: null as Error | null, room: Number.POSITIVE_INFINITY };
  const write: WriteBytes = (bytes) => {
    if (state.error !== null) throw state.error;
    const taken = Math.min(bytes.length, state.room);
    state.text += Buffer.from(bytes.subarray(0, taken)).toString();
    return taken;
  };
  return { state, destination: new LogDestination(write) };
}

t.test('a line is written at once, however many writes it takes', async (t) => {
  const { state, destination } = sink();
  state.room = 3;
  destination.write('{"msg":"some"}\n');
  destination.write('{"msg":"more"}\n');
  t.equal(state.text, '{"msg":"some"}\n{"msg":"more"}\n');
});

t.test('what cannot be written is written later, in order and whole', async (t) => {
  const { state, destination } = sink();
  state.error = Object.assign(new Error('full'), { code: 'ENOSPC' });
  destination.write('one\n');
  destination.write('two\n');
  t.equal(state.text, '');
  state.error = null;
  destination.flush();
  t.equal(state.text, 'one\ntwo\n');
});

t.test('it is tried again by itself', async (t) => {
  const { state, destination } = sink();
  state.error = new Error('EAGAIN');
  destination.write('one\n');
  state.error = null;
  while (state.text === '') await new Promise((resolve) => setTimeout(resolve, 10));
  t.equal(state.text, 'one\n');
});

t.test('a line that was begun is ended before anything else', async (t) => {
  const { state } = sink();
  let writes = 0;
  const half = new LogDestination((bytes) => {
    if (writes++ === 1) throw new Error('EAGAIN');
    state.text += Buffer.from(bytes.subarray(0, 2)).toString();
    return Math.min(bytes.length, 2);
  });
  half.write('abcd\n');
  t.equal(state.text, 'ab');
  half.write('next\n');
  half.flush();
  t.equal(state.text, 'abcd\nnext\n');
});

t.test('lines without room are counted, and the count is the first line again', async (t) => {
  const { state, destination } = sink();
  state.error = new Error('EPIPE');
  const line = `${'x'.repeat(1023)}\n`;
  for (let count = 0; count < 1024 + 7; count++) destination.write(line);
  state.error = null;
  destination.flush();
  const [first = '', second, ...more] = state.text.split('\n');
  t.match(JSON.parse(first), { level: 'warn', lines: 7, msg: 'log lines were lost' });
  t.equal(`${second}\n`, line);
  t.equal(more.length, 1024);
  destination.write('after\n');
  t.match(state.text, /x\nafter\n$/);
});

/** Makes a log on standard error. */
const LOG = `
  import { LogDestination, writeToStderr } from ${JSON.stringify(
    new URL('../../src/telemetry/log-destination.js', import.meta.url).href,
  )};
  const log = new LogDestination(writeToStderr(process.stderr.fd));
`;

/** A program that logs until it is told to stop, and says on stdout that it lives. */
const PROGRAM = `${LOG}
  process.on('SIGTERM', () => process.exit(0));
  setInterval(() => { for (let i = 0; i < 100; i++) log.write('x'.repeat(999) + '\\n'); }, 1);
  setInterval(() => process.stdout.write('.'), 20);
`;

for (const [what, stderr] of [
  ['a reader who does not read', 'pipe'],
  ['a disk that is full', '/dev/full'],
] as const) {
  t.test(`${what} neither stops a process nor keeps it from ending`, async (t) => {
    const node = `exec ${process.execPath} --input-type=module -e "$PROGRAM"`;
    const command = stderr === 'pipe' ? node : `${node} 2>${stderr}`;
    const child = spawn('/bin/sh', ['-c', command], {
      env: { ...process.env, PROGRAM },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    t.teardown(() => child.kill('SIGKILL'));
    child.stderr.pause();
    let beats = 0;
    child.stdout.on('data', (data) => {
      beats += data.length;
    });
    while (beats < 20) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    t.equal(code, 0);
  });
}

t.test('a reader who has gone does not end the process', async (t) => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let beats = 0;
  child.stdout.on('data', (data) => {
    beats += data.length;
  });
  await once(child.stderr, 'data');
  child.stderr.destroy();
  const before = beats;
  while (beats < before + 20) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  t.equal(code, 0);
});

t.test('a file gets all lines, after what was in it', async (t) => {
  const file = `${t.testdir({ log: 'before\n' })}/log`;
  const program = `${LOG} log.write('one\\n'); log.write('two\\n');`;
  const log = openSync(file, 'a');
  t.teardown(() => closeSync(log));
  const args = ['--input-type=module', '-e', program];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', log] });
  const [code] = await once(child, 'exit');
  t.strictSame([code, readFileSync(file, 'utf8')], [0, 'before\none\ntwo\n']);
});
