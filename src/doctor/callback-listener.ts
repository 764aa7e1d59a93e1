// Listens for one call of the controller's: was it made, from where, and with which credentials.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Settings } from '../config/slices.ts';

/** A call that came. */
export interface CallBack {
  readonly from: string;
  readonly authorization: string | undefined;
}

export interface CallbackListener {
  readonly port: number;
  /** The first call to the path that was named. */
  readonly call: CallBack | null;
  /** Whether anybody connected, be it only to look at the certificate. */
  readonly wasReached: boolean;
  close(): void;
}

/**
 * Listens where the worker would, or on any other port.
 * @param path the end of the path that counts: others may call too
 * @throws the system's error when it cannot listen, or read the certificate
 */
export async function listenForCall(
  { listen, tls }: Settings,
  port: number,
  path: string,
): Promise<CallbackListener> {
  const seen = { call: null as CallBack | null, wasReached: false };
  const answer = ({ url = '', headers, socket }: IncomingMessage, response: ServerResponse) => {
    const { authorization } = headers;
    if (url.endsWith(path))
      seen.call ??= { from: plain(String(socket.remoteAddress)), authorization };
    // The controller takes down nobody who answers with a failure.
    response.writeHead(503).end();
  };
  const server = tls.ssl ? tlsServer(tls, answer) : createServer(answer);
  server.on('connection', () => {
    seen.wasReached = true;
  });
  server.listen({ host: listen.host, port });
  await once(server, 'listening');
  // A server that listens on a port has an address of this form.
  const { port: found } = server.address() as AddressInfo;
  return {
    port: found,
    get call() {
      return seen.call;
    },
    get wasReached() {
      return seen.wasReached;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function tlsServer(
  { sslKeyFile, sslCertFile }: Settings['tls'],
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const files = { key: readFileSync(sslKeyFile), cert: readFileSync(sslCertFile) };
  return createTlsServer(files, answer);
}

/** An IPv4 address as people write it. */
function plain(address: string): string {
  return address.replace(/^::ffff:/, '');
}
