// The form in which each kind of route tells of a failure, unforeseen ones included.

import fastify from 'fastify';
import t, { type Test } from 'tap';
import { Failure } from '../../src/failure/failure.ts';
import { addFailureReplies, type FailureForm } from '../../src/http/failure-reply.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { Redactor } from '../../src/telemetry/redactor.ts';
import { createLogSink } from '../support/log-sink.ts';

/** A server whose one route throws `error` and tells of it in the given form. */
function throwing(t: Test, error: unknown, failureForm?: FailureForm) {
  const logs = createLogSink();
  const server = fastify();
  t.teardown(() => server.close());
  addFailureReplies(server, createLogger({ level: 'info', redactor: new Redactor() }, logs));
  const config = failureForm === undefined ? {} : { failureForm };
  server.post('/route', { config }, async () => {
    throw error;
  });
  return {
    logs,
    ask: (payload?: string) =>
      server.inject({
        method: 'POST',
        url: '/route',
        ...(payload && { payload, headers: { 'content-type': 'application/json' } }),
      }),
  };
}

const BUG = new TypeError('PLANTED detail of the inside');

t.test(
  'an error that nobody foresaw is 50001 without its words, and logged with its stack',
  async (t) => {
    const { sentence: text } = new Failure('internal_error');
    const reply = {
      text,
      error_code: 50001,
      error: { message: text, type: 'internal_error', code: 50001 },
    };
    for (const [form, status, end] of [
      ['frame', 200, '\0'],
      ['reply', 200, ''],
      ['status', 500, ''],
      [undefined, 500, ''],
    ] as const) {
      const { ask, logs } = throwing(t, BUG, form);
      const response = await ask();
      t.equal(response.statusCode, status, String(form));
      t.equal(response.body, JSON.stringify(reply) + end);
      t.match(response.headers['content-type'], /^application\/json/);
      t.match(logs.withMessage('a request met a defect'), [
        { failure: 'internal_error', path: '/route', err: { name: 'TypeError', stack: /PLANTED/ } },
      ]);
    }
  },
);

t.test('the status of a refusal says whose fault it is', async (t) => {
  for (const [kind, status] of [
    ['request_invalid', 400],
    ['request_too_large', 413],
    ['queue_full', 503],
    ['internal_error', 500],
  ] as const) {
    t.equal((await throwing(t, new Failure(kind), 'status').ask()).statusCode, status, kind);
  }
});

t.test('an error with a status of 500 and more is one of ours, not of the request', async (t) => {
  const error = Object.assign(new Error('inside'), { statusCode: 503 });
  const { ask } = throwing(t, error, 'reply');
  t.match(JSON.parse((await ask()).body), { error: { type: 'internal_error' } });
});

t.test('a request that Fastify refuses is told as one of the caller', async (t) => {
  const { ask } = throwing(t, BUG, 'reply');
  const { sentence: text } = new Failure('request_invalid', { hint: 'not a valid request' });
  t.match(JSON.parse((await ask('{')).body), { text });
});
