// Stands between a browser and a worker, and remembers each request and the status of its reply.

import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

/** A request as the browser sent it, and the worker's reply. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly status: number;
  readonly reply: string;
}

export interface Wire {
  readonly port: number;
  /** Resolves with the first exchange at a path, past or to come. */
  exchange(path: string): Promise<Exchange>;
}

/** Passes everything on as it is; ends with the test. */
export async function startWire(t: Test, workerUrl: string): Promise<Wire> {
  const seen: Exchange[] = [];
  const watchers = new Set<() => void>();
  const tell = (exchange: Exchange) => {
    seen.push(exchange);
    for (const look of watchers) look();
  };
  const server = createServer((asked, answer) => {
    const { method = '', url: path = '', headers } = asked;
    const passedOn = request(workerUrl + path, { method, headers, agent: false });
    passedOn.on('error', () => answer.destroy());
    passedOn.on('response', (response) => {
      const { statusCode: status = 0 } = response;
      let reply = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        reply += part;
      });
      response.on('end', () => {
        answer.writeHead(status, response.headers).end(reply);
        tell({ method, path, headers, status, reply });
      });
    });
    asked.pipe(passedOn);
  });
  // A WebSocket begins as a request like any other; what is refused is answered and closed.
  server.on('upgrade', ({ method = '', url: path = '', headers }, socket) => {
    const passedOn = request(workerUrl + path, { method, headers, agent: false });
    passedOn.on('error', () => socket.destroy());
    passedOn.on('response', (response) => {
      const { statusCode: status = 0 } = response;
      response.resume();
      socket.end(`HTTP/1.1 ${status} no\r\ncontent-length: 0\r\n\r\n`);
      tell({ method, path, headers, status, reply: '' });
    });
    passedOn.on('upgrade', (_response, upgraded) => {
      upgraded.destroy();
      socket.destroy();
      tell({ method, path, headers, status: 101, reply: '' });
    });
    passedOn.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  // A TCP server's address is an object.
  const { port } = server.address() as AddressInfo;
  const exchange = (path: string) =>
    new Promise<Exchange>((resolve) => {
      const look = () => {
        const found = seen.find((one) => one.path === path);
        if (found === undefined) return;
        watchers.delete(look);
        resolve(found);
      };
      watchers.add(look);
      look();
    });
  return { port, exchange };
}
