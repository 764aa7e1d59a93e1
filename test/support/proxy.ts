// A proxy that fetches and tunnels as forward proxies do, and tells what it was asked for.

import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Test } from 'tap';

export interface TestProxy {
  readonly url: string;
  /** Method, target, and credentials where there were some. */
  readonly asked: readonly string[];
}

/** Starts a proxy that ends with the test. */
export async function startProxy(t: Test): Promise<TestProxy> {
  const asked: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    const { 'proxy-authorization': credentials = '', ...rest } = headers;
    asked.push(`${method} ${url} ${credentials}`.trim());
    const onward = request(url, { method, headers: rest, agent: false }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  server.on('connect', ({ url = '', headers }, socket) => {
    asked.push(`CONNECT ${url} ${headers['proxy-authorization'] ?? ''}`.trim());
    const { port, hostname } = new URL(`http://${url}`);
    const onward = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    t.teardown(() => onward.destroy());
    socket.on('error', () => undefined);
    onward.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  // A server that listens on a port has an address of this form.
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
