// The log as people read it.

import t from 'tap';
import { readableLines } from '../../src/telemetry/readable-lines.ts';

/** What becomes of one line. */
function readable(line: object): string {
  let written = '';
  readableLines({ write: (text) => (written += text) }).write(`${JSON.stringify(line)}\n`);
  return written;
}

const time = new Date(2026, 0, 2, 3, 4, 5).toISOString();

t.test('a line has its time, level, message and facts', async (t) => {
  const facts = { url: 'http://w:1', models: ['a', 'b'], why: 'two words', n: 1, none: null };
  t.equal(
    readable({ level: 'info', time, ...facts, msg: 'listening' }),
    '03:04:05 INFO  listening url=http://w:1 models=["a","b"] why="two words" n=1 none=null\n',
  );
});

t.test('an error is told by its message, and a defect with its stack', async (t) => {
  const line = { level: 'warn', time, code: 1, msg: 'failed' };
  t.equal(
    readable({ ...line, err: { name: 'E', message: 'no way' } }),
    '03:04:05 WARN  failed code=1 (no way)\n',
  );
  t.equal(
    readable({ ...line, err: { name: 'E', message: 'no way', stack: 'E: no way\n    at x' } }),
    '03:04:05 WARN  failed code=1 (no way)\nE: no way\n    at x\n',
  );
});
