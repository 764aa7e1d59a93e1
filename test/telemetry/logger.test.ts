// The form of log lines, and that no secret leaves in one, wherever it was planted.

import t from 'tap';
import { createLogger } from '../../src/telemetry/logger.ts';
import { Redactor } from '../../src/telemetry/redactor.ts';
import { createLogSink } from '../support/log-sink.ts';

function logging(secrets: Iterable<string> = [], level: 'trace' | 'warn' | 'silent' = 'trace') {
  const logs = createLogSink();
  return { logs, logger: createLogger({ level, redactor: new Redactor(secrets) }, logs) };
}

t.test(
  'a line is JSON with level, time and message, and nothing that was not logged',
  async (t) => {
    const { logs, logger } = logging();
    logger.info({ requestId: 'r' }, 'done');
    const [line = {}] = logs.lines;
    t.match(line['time'], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    t.strictSame({ ...line, time: '' }, { level: 'info', time: '', requestId: 'r', msg: 'done' });
    t.equal(logs.text.split('\n').length, 2, 'one line with its end');
  },
);

t.test('what is below the level is not written', async (t) => {
  const { logs, logger } = logging([], 'warn');
  for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) {
    logger[level]('a line');
  }
  t.strictSame(
    logs.lines.map(({ level }) => level),
    ['warn', 'error', 'fatal'],
  );
  const silent = logging([], 'silent');
  silent.logger.fatal('a line');
  t.strictSame(silent.logs.lines, []);
});

const KEY = 'key-id.key-secret';

t.test('a secret is taken out wherever it stands', async (t) => {
  const { logs, logger } = logging([KEY, 'key-secret', 'pass%40word']);
  logger.info(`message with ${KEY}`);
  logger.info({ field: `a ${KEY} b ${KEY}`, [KEY]: 1, deep: { list: ['key-secret'] } }, 'fields');
  logger.warn({ err: new Error(`cannot reach http://user:pass%40word@host with ${KEY}`) });
  logger.info({ cause: Object.assign(new Error(KEY), { code: KEY }) }, '%s', KEY);
  logger.child({ child: KEY }).info('child');
  t.equal(logs.lines.length, 5);
  t.notMatch(logs.text, /key-secret|pass%40word/);
  t.match(logs.lines[1], { field: 'a [secret] b [secret]', '[secret]': 1 });
});

t.test('a secret with quotes and backslashes is found in its JSON spelling', async (t) => {
  const secret = 'se"cr\\et\tkey';
  const { logs, logger } = logging([secret]);
  logger.info({ secret, inside: `x${secret}y` }, secret);
  const [line = {}] = logs.lines;
  t.match(line, { secret: '[secret]', inside: 'x[secret]y', msg: '[secret]' });
});

t.test('a secret that is part of another one leaves nothing of it', async (t) => {
  const { logs, logger } = logging(['abcd', 'abcd-and-more', 'more']);
  logger.info({ a: 'abcd-and-more', b: 'abcd', c: 'xmore' }, 'm');
  t.match(logs.lines[0], { a: '[secret]', b: '[secret]', c: 'x[secret]' });
});

t.test('a long text is cut after its secrets have gone, a path sooner than others', async (t) => {
  const { logs, logger } = logging([KEY]);
  const text = `${'a '.repeat(495)}${KEY} ${'b'.repeat(100)}`;
  logger.info({ body: text, path: `/${'c '.repeat(500)}` }, 'm');
  const cleaned = `${'a '.repeat(495)}[secret] b`;
  t.match(logs.lines[0], { body: cleaned.slice(0, 1000), path: `/${'c '.repeat(99)}c` });
});

t.test('texts too short to be a secret are left alone', async (t) => {
  const { logs, logger } = logging(['', 'a', 'abc', 'abcd']);
  logger.info('abc abcd');
  t.match(logs.lines[0], { msg: 'abc [secret]' });
});

t.test('secrets that are learned later count from then on', async (t) => {
  const redactor = new Redactor();
  const logs = createLogSink();
  const logger = createLogger({ level: 'info', redactor }, logs);
  redactor.add('learned-later');
  logger.info('learned-later');
  t.match(logs.lines[0], { msg: '[secret]' });
});

t.test('an error is name, message and code; only a bug has a stack', async (t) => {
  const { logs, logger } = logging();
  class ControllerError extends Error {
    override readonly name = 'ControllerError';
  }
  for (const err of [
    new ControllerError('no answer'),
    Object.assign(new Error('refused'), { code: 'ECONNREFUSED', port: 1, body: 'secret' }),
    new TypeError('x is not a function'),
    'a string',
    undefined,
  ]) {
    logger.warn({ err });
  }
  t.match(logs.lines[2], { err: { stack: /^TypeError: x is not a function\n {4}at / } });
  t.strictSame(
    logs.lines.map(({ err }) => (typeof err === 'object' ? { ...err, stack: null } : err)),
    [
      { name: 'ControllerError', message: 'no answer', stack: null },
      { name: 'Error', message: 'refused', code: 'ECONNREFUSED', stack: null },
      { name: 'TypeError', message: 'x is not a function', stack: null },
      'a string',
      undefined,
    ],
  );
  t.notOk(Object.hasOwn(Object(logs.lines[1]?.['err']), 'stack'));
});
