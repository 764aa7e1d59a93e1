// What OpenAI's clients are told of each failure, and whether they ask again.

import t from 'tap';
import { Failure } from '../../src/failure/failure.ts';
import type { FailureKind } from '../../src/failure/kinds.ts';
import { failureKinds } from '../../src/failure/table.ts';
import { errorBody, errorHeaders } from '../../src/openai/errors.ts';
import { errorSchema } from '../../src/openai/reply-schemas.ts';

/** What OpenAI's clients do by themselves with a status that they ask again after. */
function asksAgain(kind: FailureKind): string {
  const headers = errorHeaders(new Failure(kind));
  if (headers['x-should-retry'] === 'false') return 'never';
  return headers['retry-after'] === undefined ? 'soon' : `in ${headers['retry-after']} s`;
}

t.test(
  'after a failure that their client cannot mend it asks again only where that helps',
  async (t) => {
    const all = failureKinds.filter((kind) => {
      const { status } = new Failure(kind).row;
      return status === 429 || status >= 500;
    });
    const byAnswer = (answer: string) => all.filter((kind) => asksAgain(kind) === answer);
    const answers = [...new Set(all.map(asksAgain))];
    const told = Object.fromEntries(answers.map((answer) => [answer, byAnswer(answer)]));
    t.same(told, {
      'in 1 s': ['draining'],
      'in 2 s': ['bodies_full'],
      'in 5 s': ['rate_limited', 'throttled', 'overloaded', 'queue_full', 'queue_timeout'],
      never: [
        ...['key_missing', 'key_invalid', 'no_permission', 'model_not_permitted', 'model_unknown'],
        ...['quota_exhausted', 'generation_timeout', 'template_stale', 'upstream_timeout'],
        ...['upstream_refused', 'address_wrong', 'upstream_malformed', 'internal_error'],
      ],
      soon: [
        ...['upstream_unreachable', 'upstream_error', 'upstream_cut', 'upstream_aborted'],
        ...['answer_empty', 'answer_not_json'],
      ],
    });
  },
);

t.test('a failure of the caller has no such headers', async (t) => {
  for (const kind of ['request_invalid', 'model_not_served', 'content_blocked'] as const) {
    t.strictSame(errorHeaders(new Failure(kind)), {}, kind);
  }
});

t.test('a wait that the provider asks for is passed on, in whole seconds', async (t) => {
  const wait = (retryAfterMs: number) =>
    errorHeaders(new Failure('rate_limited', { upstream: { retryAfterMs } }))['retry-after'];
  t.equal(wait(12_300), '13');
  t.equal(wait(1000), '5');
});

t.test('types follow the status, codes are those that clients look for', async (t) => {
  const told = (kind: FailureKind) => {
    const { type, param, code } = errorBody(new Failure(kind)).error;
    return [type, param, code];
  };
  t.strictSame(told('model_not_served'), ['invalid_request_error', 'model', 'model_not_found']);
  t.strictSame(told('context_overflow'), [
    'invalid_request_error',
    'messages',
    'context_length_exceeded',
  ]);
  t.strictSame(told('content_blocked'), ['invalid_request_error', null, 'content_filter']);
  t.strictSame(told('api_key_refused'), ['authentication_error', null, 'invalid_api_key']);
  t.strictSame(told('page_refused'), ['permission_error', null, 'page_refused']);
  t.strictSame(told('rate_limited'), ['rate_limit_error', null, 'rate_limit_exceeded']);
  t.strictSame(told('quota_exhausted'), ['insufficient_quota', null, 'insufficient_quota']);
  t.strictSame(told('upstream_cut'), ['server_error', null, 'upstream_cut']);
});

t.test('the message is the sentence, and the field that is wrong is named', async (t) => {
  const failure = new Failure('request_invalid', { hint: 'n: expected 1', param: 'n' });
  t.strictSame(errorBody(failure, 404), {
    error: {
      message: failure.sentence,
      type: 'invalid_request_error',
      param: 'n',
      code: 'request_invalid',
    },
  });
});

t.test('every failure is as the description of errors says, under any status', async (t) => {
  for (const kind of failureKinds) {
    for (const status of [new Failure(kind).row.status, 404, 405]) {
      const body = errorBody(new Failure(kind), status);
      t.strictSame(errorSchema.parse(body), body, `${kind}, ${status}`);
    }
  }
});
