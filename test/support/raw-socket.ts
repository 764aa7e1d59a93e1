// A bare TCP connection to a server: for bytes that no HTTP client would send, and for not reading.

import { connect, type Socket } from 'node:net';
import type { Test } from 'tap';

/** What a bare connection can do. */
export interface RawSocket {
  /** All bytes so far, as Latin-1 text. */
  readonly text: string;
  /** Bytes so far. */
  readonly received: number;
  /** Starts (or goes on) to read. */
  resume(): void;
  /** Resolves once the text so far matches. */
  until(pattern: RegExp): Promise<string>;
  /** Resolves when the other side has closed the connection, with whether that was clean. */
  readonly closed: Promise<'end' | 'reset'>;
  /** Closes the connection; `reset` without a goodbye. */
  leave(): void;
  reset(): void;
}

/** Connects, sends `bytes`, and reads only once asked to, unless `reading`. */
export function rawSocket(t: Test, url: string, bytes: string, reading = true): RawSocket {
  const { hostname, port } = new URL(url);
  const socket: Socket = connect({ host: hostname, port: Number(port) });
  t.teardown(() => socket.destroy());
  const watchers = new Set<() => void>();
  const parts: Buffer[] = [];
  let received = 0;
  const text = () => Buffer.concat(parts).toString('latin1');
  const listen = () =>
    socket.on('data', (part: Buffer) => {
      parts.push(part);
      received += part.length;
      for (const look of watchers) look();
    });
  if (reading) listen();
  const closed = new Promise<'end' | 'reset'>((resolve) => {
    socket.on('error', () => resolve('reset')).on('end', () => resolve('end'));
  });
  socket.write(bytes);
  return {
    get text() {
      return text();
    },
    get received() {
      return received;
    },
    closed,
    resume: listen,
    until: (pattern) =>
      new Promise((resolve) => {
        const look = () => {
          if (pattern.test(text())) resolve(text());
        };
        watchers.add(look);
        look();
      }),
    leave: () => socket.destroy(),
    reset: () => socket.resetAndDestroy(),
  };
}

/** The bytes of a POST with a JSON body. */
export function postBytes(path: string, body: unknown, headers = ''): string {
  const json = typeof body === 'string' ? body : JSON.stringify(body);
  const length = Buffer.byteLength(json);
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n${headers}\r\n${json}`;
}
