// Servers that behave as a test needs them to, and a client of ours that asks them.

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import type { Test } from 'tap';
import { GlmClient } from '../../src/glm/client.ts';
import { bearerCredentials, type Credentials } from '../../src/glm/token.ts';
import { createAgent, type ProxySettings, type UpstreamLimits } from '../../src/upstream/agent.ts';

/** The key that clients of these tests send; nothing else may ever hold it. */
export const KEY = 'keyid.keysecret';

/** A request as it arrived. */
export interface Arrival {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Distinguishes connections. */
  readonly port: number;
  /** Resolves when the connection closes. */
  readonly closed: Promise<unknown>;
}

export interface Upstream {
  readonly url: string;
  /** All requests so far. */
  readonly arrivals: readonly Arrival[];
  /** The first request, past or to come. */
  readonly arrival: Promise<Arrival>;
}

/** An HTTP server that lets `answer` reply, once a request has been read to its end. */
export async function startUpstream(
  t: Test,
  answer: (response: ServerResponse, arrival: Arrival) => void,
): Promise<Upstream> {
  const arrivals: Arrival[] = [];
  let onFirst: (arrival: Arrival) => void = () => undefined;
  const first = new Promise<Arrival>((resolve) => {
    onFirst = resolve;
  });
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers, socket } = request;
    const closed = new Promise((resolve) => socket.on('close', resolve));
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts).toString();
    const arrival = { method, path, headers, body, port: socket.remotePort ?? 0, closed };
    arrivals.push(arrival);
    onFirst(arrival);
    answer(response, arrival);
  });
  t.teardown(() => server.closeAllConnections());
  return { url: await listen(t, server), arrivals, arrival: first };
}

/** A TCP server that lets `answer` write whatever it likes, once the first bytes have come. */
export async function startRawUpstream(
  t: Test,
  answer: (socket: Socket) => void,
): Promise<{ readonly url: string }> {
  const server = createTcpServer((socket) => {
    t.teardown(() => socket.destroy());
    // The other side may leave at any time, which is no concern of this one.
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });
  return { url: await listen(t, server) };
}

async function listen(t: Test, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  // A server that listens on a port has an address of this form.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export interface ClientOptions {
  readonly credentials?: Credentials;
  readonly limits?: Partial<UpstreamLimits>;
  readonly proxies?: Partial<ProxySettings>;
}

/** A client whose connections end with the test. */
export function clientOf(t: Test, baseUrl: string, options: ClientOptions = {}): GlmClient {
  const { credentials = bearerCredentials(KEY), limits, proxies } = options;
  const seconds = { connectTimeoutMs: 5000, firstByteTimeoutMs: 5000, idleTimeoutMs: 5000 };
  const direct = { httpProxy: '', httpsProxy: '', noProxy: '' };
  const agent = createAgent({ ...seconds, ...limits }, { ...direct, ...proxies });
  t.teardown(() => agent.destroy());
  return new GlmClient(agent, { baseUrl, credentials, userAgent: 'glm-worker/test' });
}

/** undici gives a connection back to the pool some turns after the end of the response. */
export async function released(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
