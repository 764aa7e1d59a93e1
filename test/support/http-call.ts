// An HTTP client that shows what FastChat's callers would see: each byte, and how the end came.

import { type IncomingHttpHeaders, request } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Test } from 'tap';
import { deferred } from './deferred.ts';
import { type FrameBytes, type FrameJson, splitFrames } from './frames.ts';

/** What to send; a body that is no string travels as JSON. */
export interface Sending {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The authority, as PEM, that the server's certificate is of. */
  readonly ca?: string;
}

/** A reply as it arrived. */
export interface Reply extends FrameBytes {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** `end`, or the code of the error that ended it. */
  readonly end: string;
}

/** A request under way. */
export interface Running {
  readonly reply: Promise<Reply>;
  /** Resolves when the headers have arrived. */
  readonly head: Promise<IncomingHttpHeaders>;
  /** Resolves with a frame for which `wanted` holds, past or to come. */
  frame(wanted: (frame: FrameJson) => boolean): Promise<FrameJson>;
  /** Closes the connection. */
  leave(): void;
}

/** Sends a request on a connection of its own, as FastChat does; it ends with the test. */
export function start(t: Test, url: string, sending: Sending = {}): Running {
  const { method = 'POST', headers = {}, body = '', ca } = sending;
  const options = { method, headers, agent: false } as const;
  const sent = url.startsWith('https:')
    ? tlsRequest(url, { ...options, ca })
    : request(url, options);
  t.teardown(() => sent.destroy());
  const parts: Buffer[] = [];
  const watchers = new Set<() => void>();
  const head = deferred<IncomingHttpHeaders>();
  const reply = deferred<Reply>();
  let status = 0;
  let seen: IncomingHttpHeaders = {};
  const done = (end: string) => {
    const whole = Buffer.concat(parts);
    reply.resolve({ status, headers: seen, body: whole, end, ...framesOf(whole) });
  };
  const fail = (error: Error) => done('code' in error ? String(error.code) : error.message);
  sent.on('error', fail).on('response', (response) => {
    status = response.statusCode ?? 0;
    seen = response.headers;
    head.resolve(seen);
    response.on('error', fail).on('end', () => done('end'));
    response.on('data', (part: Buffer) => {
      parts.push(part);
      for (const look of watchers) look();
    });
  });
  sent.end(typeof body === 'string' ? body : JSON.stringify(body));
  return {
    reply: reply.promise,
    head: head.promise,
    leave: () => sent.destroy(),
    frame: (wanted) =>
      new Promise((resolve) => {
        const look = () => {
          const found = splitFrames(Buffer.concat(parts)).frames.find(wanted);
          if (found !== undefined) resolve(found);
        };
        watchers.add(look);
        look();
      }),
  };
}

/** Sends a request and waits for its end. */
export function call(t: Test, url: string, sending: Sending = {}): Promise<Reply> {
  return start(t, url, sending).reply;
}

/** The JSON of a reply. */
export function json(reply: Reply): FrameJson {
  return JSON.parse(reply.body.toString('utf8'));
}

function framesOf(body: Buffer): FrameBytes {
  // A reply that is not a stream has no NUL and stays whole.
  return body.includes(0) ? splitFrames(body) : { frames: [], rest: body.toString('utf8') };
}
