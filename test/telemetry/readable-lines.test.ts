// The log as people read it.

import t from 'tap';
import { readableLines } from '../../src/telemetry/readable-lines.ts';

/** What becomes of one line. */
function readable(line: object, hasColours = false): string {
  let written = '';
  readableLines({ write: (text) => (written += text) }, hasColours).write(
    `${JSON.stringify(line)}\n`,
  );
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

t.test('a list of objects is told by what they hold', async (t) => {
  const failedAttempts = [
    { failure: 'rate_limited', code: '1302', account: '#1' },
    { failure: 'upstream_cut', account: '#2' },
  ];
  t.equal(
    readable({ level: 'info', time, failedAttempts, msg: 'answered' }),
    '03:04:05 INFO  answered failedAttempts=[rate_limited 1302 #1, upstream_cut #2]\n',
  );
});

t.test('what helps has a line of its own', async (t) => {
  t.equal(
    readable({ level: 'warn', time, account: '#1', msg: 'account rests', remedy: 'pay the bill' }),
    '03:04:05 WARN  account rests account=#1\n         → pay the bill\n',
  );
});

t.test('on a terminal with colours, the level, the message and the cause stand out', async (t) => {
  const line = { level: 'error', time, code: 1, msg: 'failed', err: { message: 'no way' } };
  const [dim, bold, red, blue, off] = [2, 1, 31, 34, 0].map((style) => `\u{1b}[${style}m`);
  t.equal(
    readable({ ...line, remedy: 'wait' }, true),
    `${dim}03:04:05${off} ${red}ERROR${off} ${bold}failed${off} ${dim}code=${off}1 ` +
      `${red}(no way)${off}\n         ${blue}→${off} wait\n`,
  );
  t.match(readable({ ...line, level: 'debug' }, true), `${dim}DEBUG${off}`);
});

t.test('what a caller sends cannot give orders to the terminal', async (t) => {
  const evil = '\u{1b}]0;title\u{7}\u{9b}2J\u{202e}x';
  const shown = '\\u001b]0;title\\u0007\\u009b2J\\u202ex';
  const err = { message: `${evil}\n`, stack: `${evil}\n${evil}` };
  const line = { level: 'info', time, [evil]: evil, msg: evil, err, remedy: evil };
  const [head, ...rest] = [
    `03:04:05 INFO  ${shown} ${shown}=${shown} (${shown}\\u000a)`,
    shown,
    shown,
  ];
  t.equal(readable(line), `${[head, ...rest].join('\n')}\n         → ${shown}\n`);
});
