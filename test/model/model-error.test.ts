// The error that carries a failure of a model.

import t from 'tap';
import { ModelError } from '../../src/model/model-error.ts';

t.test('a model error says its kind and nothing of what the provider wrote', async (t) => {
  const upstream = { status: 401, code: '1000', message: 'key abc is wrong' };
  const error = new ModelError('key_invalid', upstream);
  t.equal(error.name, 'ModelError');
  t.equal(error.message, 'key_invalid');
  t.equal(error.kind, 'key_invalid');
  t.strictSame(error.upstream, upstream);
  t.equal(error.cause, undefined);
  t.equal(error.amended, false);
});

t.test('a model error keeps its cause and may know nothing else', async (t) => {
  const cause = new Error('socket hang up');
  const error = new ModelError('upstream_cut', undefined, { cause });
  t.strictSame(error.upstream, {});
  t.equal(error.cause, cause);
});
