// The table of failures: what each row says and orders, and nothing in a sentence that is not for users.

import t from 'tap';
import { errorCodes } from '../../src/failure/error-codes.ts';
import { Failure, failureOf } from '../../src/failure/failure.ts';
import { failureKinds, failureRow } from '../../src/failure/table.ts';
import { errorOfBody, errorOfStatus } from '../../src/glm/errors.ts';
import { ModelError } from '../../src/model/model-error.ts';
import { modelFailureKinds } from '../support/model-failure-kinds.ts';

/** FastChat's code of each kind; adding a row forces a look here. */
const codes: Record<string, number> = {
  request_invalid: 40001,
  request_too_large: 40001,
  page_refused: 40103,
  host_refused: 40103,
  credentials_refused: 40102,
  api_key_refused: 40102,
  conversation_empty: 40001,
  key_missing: 40101,
  key_invalid: 40102,
  no_permission: 40103,
  model_not_permitted: 40103,
  model_not_served: 40301,
  model_does_not_chat: 40301,
  model_does_not_embed: 40301,
  model_unknown: 40301,
  parameter_rejected: 40302,
  content_blocked: 40302,
  images_unsupported: 40302,
  image_rejected: 40302,
  input_rejected: 40302,
  input_too_long: 40303,
  context_overflow: 40303,
  rate_limited: 42901,
  throttled: 42901,
  quota_exhausted: 42902,
  overloaded: 42903,
  bodies_full: 42903,
  queue_full: 42903,
  queue_timeout: 42903,
  draining: 42903,
  generation_timeout: 50001,
  template_stale: 50001,
  upstream_unreachable: 50001,
  upstream_timeout: 50001,
  upstream_error: 50001,
  upstream_refused: 50001,
  address_wrong: 50001,
  upstream_malformed: 50001,
  upstream_cut: 50001,
  upstream_aborted: 50001,
  answer_empty: 50001,
  answer_not_json: 50001,
  internal_error: 50001,
};

t.test('every failure has its code of FastChat, and no other failure exists', async (t) => {
  const table = failureKinds.map((kind) => [kind, failureRow(kind).code]);
  t.strictSame(Object.fromEntries(table), codes);
});

t.test('every code of FastChat is used, and every failure of a model has a row', async (t) => {
  const used = failureKinds.map((kind) => failureRow(kind).code);
  t.strictSame([...new Set(used)].sort(), Object.values(errorCodes).sort());
  for (const kind of modelFailureKinds) t.ok(failureKinds.includes(kind), kind);
});

/** GLM's codes behind each. */
const glm: [error_code: number, ...glmCodes: number[]][] = [
  [40101, 1001],
  [40102, 1000, 1002, 1003, 1004],
  [40103, 1005, 1110, 1111, 1112, 1120, 1121, 1220, 1309, 1311, 1313, 1314, 1315],
  [40301, 1211, 1212, 1221, 1222],
  [40302, 1210, 1213, 1214, 1215, 1300, 1301],
  [40303, 1261],
  [42901, 1302, 1303],
  [42902, 1113, 1304, 1308, 1310, 1316, 1317, 1318, 1319, 1320, 1321],
  [42903, 1305, 1312],
  [50001, 500, 1200, 1230, 1234, 9999],
];

for (const [errorCode, ...glmCodes] of glm) {
  t.test(`GLM's ${glmCodes.join(' ')} reach callers as ${errorCode}`, async (t) => {
    for (const code of glmCodes) {
      const error = errorOfBody({ error: { code: String(code) } }, { status: 400 });
      t.equal(failureOf(error).row.code, errorCode, String(code));
    }
  });
}

t.test('a refusal without a code of GLM is known by its status', async (t) => {
  const codeOf = (status: number) => failureOf(errorOfStatus({ status })).row.code;
  t.strictSame([401, 403, 429, 400, 404, 500, 503, 200].map(codeOf), [
    ...[40102, 40103, 42901],
    ...[50001, 50001, 50001, 50001, 50001],
  ]);
});

for (const kind of failureKinds) {
  const { sentence, remedy } = failureRow(kind);
  t.test(
    `the sentence of ${kind} is for end users, in two languages, without details`,
    async (t) => {
      t.match(sentence, /^\p{Script=Han}|^GLM /u);
      t.match(sentence, / [A-Z][A-Za-z ,]+\.$/);
      t.notMatch(sentence, /\d|key id|secret|token|https?:|api[_-]?key/i);
      t.notMatch(sentence, kind);
      t.ok(remedy.length > 10 && !remedy.endsWith('.'), 'the operator is told what to do');
    },
  );
}

t.test('a failure is a row of the table, known by its kind', async (t) => {
  const failure = new Failure('queue_full');
  t.strictSame(failure.row, failureRow('queue_full'));
  t.equal(failure.sentence, failureRow('queue_full').sentence);
  t.equal(failure.name, 'Failure');
  t.equal(failure.message, 'queue_full');
});

t.test('a hint stands behind the sentence', async (t) => {
  const failure = new Failure('model_not_served', { hint: 'served here: a, b' });
  t.equal(failure.sentence, `${failureRow('model_not_served').sentence} (served here: a, b)`);
});

t.test('what rests for a failure is what another account can stand in for', async (t) => {
  for (const kind of failureKinds) {
    const { rests, retry, fault } = failureRow(kind);
    t.equal(retry.includes('other_account'), rests !== null, kind);
    if (fault === 'caller')
      t.notOk(
        retry.some((one) => one !== 'amended'),
        kind,
      );
  }
});

t.test(
  'the mistakes of a caller are not asked again as they are, those of nobody are',
  async (t) => {
    const retried = failureKinds.filter((kind) => failureRow(kind).retry.length > 0);
    t.strictSame(
      retried.map((kind) => [kind, failureRow(kind).retry.join(' ')]),
      [
        ['key_missing', 'other_account'],
        ['key_invalid', 'amended other_account'],
        ['no_permission', 'other_account'],
        ['model_not_permitted', 'other_account fallback'],
        ['model_unknown', 'other_account fallback'],
        ['parameter_rejected', 'amended'],
        ['rate_limited', 'load fallback'],
        ['throttled', 'here fallback'],
        ['quota_exhausted', 'other_account fallback'],
        ['overloaded', 'load fallback'],
        ['upstream_unreachable', 'here'],
        ['upstream_error', 'here'],
        ['upstream_cut', 'here'],
        ['upstream_aborted', 'here'],
        ['answer_empty', 'here'],
      ],
    );
  },
);

t.test('what has become a failure stays that failure', async (t) => {
  const failure = new Failure('draining');
  t.equal(failureOf(failure), failure);
});

t.test("a model's failure keeps its details for the log and tells callers none", async (t) => {
  const upstream = { status: 429, code: '1302', message: 'key abc.def is too fast' };
  const cause = new Error('low level');
  const failure = failureOf(new ModelError('rate_limited', upstream, { cause }));
  t.strictSame(
    { kind: failure.kind, upstream: failure.upstream, hint: failure.hint, cause: failure.cause },
    { kind: 'rate_limited', upstream, hint: '', cause },
  );
  t.notMatch(failure.sentence, /abc|1302|low level/);
});

t.test('a quota tells callers when it refills', async (t) => {
  const failure = failureOf(new ModelError('quota_exhausted', { resetsAt: '2026-01-02 03:04:05' }));
  t.equal(failure.sentence, `${failureRow('quota_exhausted').sentence} (2026-01-02 03:04:05)`);
});

t.test('what nobody foresaw is an internal error without a word of its own', async (t) => {
  for (const error of [new TypeError('secret detail'), 'secret detail', undefined]) {
    const failure = failureOf(error);
    t.equal(failure.kind, 'internal_error');
    t.equal(failure.cause, error);
    t.strictSame(failure.upstream, {});
    t.equal(failure.sentence, failureRow('internal_error').sentence);
  }
});
