// The address of this machine on the way to a controller.

import t from 'tap';
import { ownAddressTowards } from '../../src/controller/own-address.ts';

t.test('towards a controller of this machine it is the loopback address', async (t) => {
  t.equal(await ownAddressTowards('http://127.0.0.1:21001'), '127.0.0.1');
  t.equal(await ownAddressTowards('http://127.0.0.1'), '127.0.0.1', 'no port needed');
  t.equal(await ownAddressTowards('http://[::1]:21001/path'), '::1');
  t.match(await ownAddressTowards('https://localhost'), /^(127\.0\.0\.1|::1)$/);
});

t.test('a name that cannot be found is an error', async (t) => {
  await t.rejects(ownAddressTowards(`http://${'x'.repeat(64)}`), { code: 'ENOTFOUND' });
});
