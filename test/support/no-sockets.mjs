// Makes every socket an error: for `--import`, in front of tests that must need none.

import net from 'node:net';

function refuse() {
  throw new Error(
    'a test that loads nothing with sockets opens one: see test/support/unit-tests.mjs',
  );
}

net.Server.prototype.listen = refuse;
net.Socket.prototype.connect = refuse;
