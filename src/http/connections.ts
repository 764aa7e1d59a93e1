// What is said on a connection outside of any request, and how long and how many may be open.

import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { Failure } from '../failure/failure.ts';
import { errorReply } from '../fastchat/frames.ts';
import { systemClock } from '../lib/clock.ts';

/**
 * How long an idle connection is kept, in milliseconds. FastChat's callers open a new one for every
 * call, so a long wait would only delay the end of the process.
 */
const KEEP_ALIVE_MS = 5000;

/** Longest time for the head, and for head and body together, to arrive, in milliseconds. */
const REQUEST_TIMEOUT_MS = 60_000;

/** How often connections are looked at for that; Node's own 30 s would add half a minute. */
const CHECK_INTERVAL_MS = 1000;

/** Descriptors kept for connections to the model, files, and whatever else the process opens. */
const KEPT_DESCRIPTORS = 128;

/** How often refused connections are told of, in milliseconds: under a flood each may follow one that is not. */
const TOLD_EVERY_MS = 60_000;

/** Time limits, as options of the server. */
export function connectionLimits(requestTimeout = REQUEST_TIMEOUT_MS) {
  return {
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout,
    http: { connectionsCheckingInterval: CHECK_INTERVAL_MS, headersTimeout: requestTimeout },
  };
}

/** Whether an error of a connection is about TLS and not about HTTP. */
export function isTlsError({ code = '' }: NodeJS.ErrnoException): boolean {
  return /^ERR_(SSL|TLS)_/.test(code);
}

/** Answers what is no HTTP in the form of every other failure, and ends the connection. */
export function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || isTlsError(error) || !socket.writable) {
    socket.destroy();
    return;
  }
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const status = late ? '408 Request Timeout' : '400 Bad Request';
  const hint = late ? 'the request did not arrive in time' : 'not valid HTTP';
  const body = JSON.stringify(errorReply(new Failure('request_invalid', { hint })));
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/**
 * Refuses connections while descriptors are left for those to the model: without one of these no
 * caller can be answered. Says so at the first one, and once a minute while it lasts.
 */
export function limitConnections(
  server: FastifyInstance,
  logger: Logger,
  most = descriptorLimit('/proc/self/limits'),
  now: () => number = systemClock.now,
): void {
  if (most === null) return;
  // Each caller's connection may need one more to the model.
  const limit = Math.max(16, Math.floor((most - KEPT_DESCRIPTORS) / 2));
  server.server.maxConnections = limit;
  let toldAt = -Infinity;
  server.server.on('drop', () => {
    if (now() - toldAt < TOLD_EVERY_MS) return;
    toldAt = now();
    const remedy = `raise the limit of open files (ulimit -n, now ${most}), or add replicas`;
    logger.error({ connections: limit, remedy }, 'too many connections, new ones are refused');
  });
}

/**
 * Open files that a process may have.
 * @param limits the file in which Linux says so
 * @returns null where the system does not say, or there is no limit
 */
export function descriptorLimit(limits: string): number | null {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync(limits, 'utf8'));
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
}

/** Drops a caller who takes nothing of a whole reply for so long, in milliseconds. */
export function dropIfNotTaken({ raw }: FastifyReply, writeTimeoutMs: number): void {
  const { socket } = raw;
  if (socket === null || raw.writableFinished) return;
  const drop = () => socket.destroy();
  socket.setTimeout(writeTimeoutMs, drop);
  // Before Node's own listener, which then sets the time limit of an idle connection.
  raw.prependOnceListener('finish', () => socket.setTimeout(0).off('timeout', drop));
}
