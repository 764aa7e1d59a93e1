// What is said of a failure of GLM's in half a line.

import t from 'tap';
import { told } from '../../src/doctor/told-error.ts';
import { ModelError } from '../../src/model/model-error.ts';

t.test('a failure is told by its name, and by what is known of it', async (t) => {
  t.equal(told(new ModelError('upstream_timeout')), 'upstream_timeout');
  t.equal(
    told(new ModelError('key_invalid', { status: 401, code: '1002' })),
    'key_invalid, code 1002, HTTP 401',
  );
});

t.test('the words of the network are told, those of GLM are not', async (t) => {
  const message = 'connect ECONNREFUSED';
  t.equal(
    told(new ModelError('upstream_unreachable', { message })),
    `upstream_unreachable, ${message}`,
  );
  t.equal(told(new ModelError('key_invalid', { message })), 'key_invalid');
});
