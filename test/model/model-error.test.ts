// The table of a model's failures and the error that carries one.

import t from 'tap';
import { ModelError, modelFailureKinds } from '../../src/model/model-error.ts';

t.test('every kind of failure has a fault, and only what may pass is transient', async (t) => {
  t.strictSame(
    Object.entries(modelFailureKinds).map(([kind, { transient, fault }]) => [
      kind,
      transient,
      fault,
    ]),
    [
      ['key_missing', false, 'operator'],
      ['key_invalid', false, 'operator'],
      ['no_permission', false, 'operator'],
      ['model_unknown', false, 'operator'],
      ['parameter_rejected', false, 'caller'],
      ['content_blocked', false, 'caller'],
      ['context_overflow', false, 'caller'],
      ['rate_limited', true, 'operator'],
      ['quota_exhausted', false, 'operator'],
      ['overloaded', true, 'provider'],
      ['upstream_unreachable', true, 'provider'],
      ['upstream_error', true, 'provider'],
      ['upstream_refused', false, 'operator'],
      ['upstream_timeout', false, 'provider'],
      ['upstream_malformed', false, 'provider'],
      ['upstream_cut', true, 'provider'],
    ],
  );
});

t.test('a model error says its kind and nothing of what the provider wrote', async (t) => {
  const upstream = { status: 401, code: '1000', message: 'key abc is wrong' };
  const error = new ModelError('key_invalid', upstream);
  t.equal(error.name, 'ModelError');
  t.equal(error.message, 'key_invalid');
  t.equal(error.kind, 'key_invalid');
  t.strictSame(error.upstream, upstream);
  t.equal(error.cause, undefined);
});

t.test('a model error keeps its cause and may know nothing else', async (t) => {
  const cause = new Error('socket hang up');
  const error = new ModelError('upstream_cut', undefined, { cause });
  t.strictSame(error.upstream, {});
  t.equal(error.cause, cause);
});

t.test('an error knows whether trying again may help', async (t) => {
  t.equal(new ModelError('overloaded').transient, true);
  t.equal(new ModelError('quota_exhausted').transient, false);
});
