// Ports on which nobody listens, and will not unless a test says so.

import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that Linux hands out by itself (32768 and up): whoever listens on port 0, and every
 * outgoing connection, gets one of those, and so cannot take one that a test keeps unused.
 */
const FIRST = 20_000;
const LAST = 32_000;

/** So many ports in a row that are all taken mean something else. */
const TRIES = 100;

/** Whether the port can be listened on. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(FIRST, LAST);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port from ${FIRST} to ${LAST}`);
}

/** Several of them, each another one. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}
