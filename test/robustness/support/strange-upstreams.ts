// Addresses at which there is no GLM: nobody, something silent, something that speaks otherwise.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Test } from 'tap';

/** Which of them. */
export type StrangeUpstream = 'nobody' | 'silent TLS' | 'no HTTP' | 'endless headers';

/** What each does with a connection. */
const BEHAVIOURS: Readonly<Record<Exclude<StrangeUpstream, 'nobody'>, (socket: Socket) => void>> = {
  'silent TLS': () => undefined,
  'no HTTP': (socket) => socket.end('SSH-2.0-nothing of HTTP\r\n'),
  'endless headers': (socket) => {
    const line = `X-Line: ${'y'.repeat(1000)}\r\n`;
    const more = () => {
      while (socket.writable && socket.write(line));
    };
    socket.write('HTTP/1.1 200 OK\r\n');
    socket.on('drain', more);
    more();
  },
};

/** A port that is free now could belong to another test a moment later; this one is nobody's. */
const NOBODY = 'http://127.0.0.1:1';

/** The base URL of an upstream that ends with the test. */
export async function strangeUpstream(t: Test, kind: StrangeUpstream): Promise<string> {
  if (kind === 'nobody') return NOBODY;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    BEHAVIOURS[kind](socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  return `${kind === 'silent TLS' ? 'https' : 'http'}://127.0.0.1:${port}`;
}
