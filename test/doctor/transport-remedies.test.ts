// What to do about each way in which GLM cannot be reached.

import t from 'tap';
import { remedyOfTransport } from '../../src/doctor/transport-remedies.ts';

for (const [code, remedy] of [
  ['ENOTFOUND', /^the name cannot be resolved/],
  ['EAI_AGAIN', /^the name cannot be resolved/],
  ['ECONNREFUSED', /^nobody listens there/],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', /NODE_EXTRA_CA_CERTS=FILE/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /NODE_EXTRA_CA_CERTS=FILE/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', /^http and https are mixed up/],
  ['HPE_INVALID_CONSTANT', /^http and https are mixed up/],
  ['UND_ERR_CONNECT_TIMEOUT', /^packets are lost/],
  ['ETIMEDOUT', /^packets are lost/],
  ['ECONNRESET', /^the connection broke/],
] as const) {
  t.test(`${code} has its remedy`, async (t) => {
    t.match(remedyOfTransport(Object.assign(new Error(), { code })), remedy);
  });
}

t.test('an error without a code goes by its name', async (t) => {
  t.match(remedyOfTransport(new DOMException('late', 'AbortError')), /^the connection broke/);
  t.match(
    remedyOfTransport(Object.assign(new Error(), { name: 'TimeoutError' })),
    /^packets are lost/,
  );
});
