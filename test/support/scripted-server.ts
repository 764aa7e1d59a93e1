// An HTTP server whose every reply the test gives by hand, one request at a time.

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

/** A request that waits for its reply. */
export interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly method: string;
  /** Parsed JSON; null without a body. */
  readonly body: unknown;
  reply(status: number, text: string): void;
  /** Closes the connection without a reply. */
  cut(): void;
  /** Resolves when the other side has gone. */
  readonly gone: Promise<void>;
}

export interface ScriptedServer {
  readonly url: string;
  /** Requests begun so far. */
  readonly count: number;
  /** The most requests that waited for a reply at once. */
  readonly peak: number;
  /** The next request in order, past or to come. */
  next(): Promise<Asked>;
}

/** Starts a server that ends with the test. */
export async function scriptedServer(t: Test): Promise<ScriptedServer> {
  const arrived: Asked[] = [];
  const waiting: ((asked: Asked) => void)[] = [];
  let count = 0;
  let open = 0;
  let peak = 0;
  const server = createServer(async (request, response) => {
    count++;
    peak = Math.max(peak, ++open);
    response.once('close', () => open--);
    const asked = await readAsked(request, response);
    const first = waiting.shift();
    if (first === undefined) arrived.push(asked);
    else first(asked);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  // A TCP server's address is an object.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get count() {
      return count;
    },
    get peak() {
      return peak;
    },
    next() {
      const asked = arrived.shift();
      if (asked !== undefined) return Promise.resolve(asked);
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}

async function readAsked(request: IncomingMessage, response: ServerResponse): Promise<Asked> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return {
    path: String(request.url),
    method: String(request.method),
    headers: request.headers,
    body: text === '' ? null : JSON.parse(text),
    reply: (status, body) => response.writeHead(status).end(body),
    cut: () => request.socket.destroy(),
    gone: new Promise((resolve) => response.once('close', resolve)),
  };
}
