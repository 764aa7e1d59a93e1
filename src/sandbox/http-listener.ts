// Starts and really stops an HTTP server on loopback: both fakes need to end every socket at close.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A listening HTTP server. */
export interface HttpListener {
  /** `http://host:port`; a wildcard host is shown as 127.0.0.1. */
  readonly origin: string;
  /** Number of the connection a request came on, 1 for the first accepted. */
  numberOf(socket: Socket): number;
  /** TCP connections accepted so far. */
  readonly connections: number;
  /** Ends every socket; resolves when the port is free. May be called again. */
  close(): Promise<void>;
}

/** The URL of a bound address, usable by a client on this machine. */
export function originOf({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/**
 * Listens; port 0 takes any free port.
 * @throws the system's error, e.g. EADDRINUSE
 */
export async function listenHttp(
  onRequest: RequestListener,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<HttpListener> {
  // A long keep-alive, so that idle connections end by a test's will and not by a timer.
  const server = createServer({ keepAliveTimeout: 60_000 }, onRequest);
  const sockets = new Set<Socket>();
  const numbers = new WeakMap<Socket, number>();
  let connections = 0;
  server.on('connection', (socket) => {
    connections += 1;
    numbers.set(socket, connections);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  let closed: Promise<void> | undefined;
  return {
    // A server that listens on a TCP port has an AddressInfo, never a pipe name or null.
    origin: originOf(server.address() as AddressInfo),
    numberOf: (socket) => Number(numbers.get(socket)),
    get connections() {
      return connections;
    },
    close() {
      closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      });
      return closed;
    },
  };
}
