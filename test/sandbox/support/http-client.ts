// A plain HTTP client for the sandbox's tests: it reports what arrived and how the connection ended.
import { type Agent, type ClientRequest, type IncomingHttpHeaders, request } from 'node:http';

/** What a client saw of one reply. */
export interface Seen {
  /** 0 when no headers arrived. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body as the pieces in which it arrived. */
  readonly parts: readonly Buffer[];
  /** How it ended: `end`, or the error's code. */
  readonly end: string;
}

/** A request under way. */
export interface Running {
  readonly seen: Promise<Seen>;
  /** Resolves when the headers have arrived. */
  readonly head: Promise<void>;
  /** Resolves when at least so many body bytes have arrived. */
  received(bytes: number): Promise<void>;
  /** Leaves: closes the connection. */
  leave(): void;
}

/** What to send. */
export interface Sending {
  readonly method?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string | Buffer;
  readonly agent?: Agent;
  /** Reads nothing from the body until the client leaves. */
  readonly stall?: boolean;
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.message;
}

function watch(sent: ClientRequest, stall: boolean): Running {
  const parts: Buffer[] = [];
  let total = 0;
  let check = () => {};
  let onHead = () => {};
  const head = new Promise<void>((resolve) => {
    onHead = resolve;
  });
  const seen = new Promise<Seen>((resolve) => {
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    const done = (end: string) =>
      resolve({ status, headers, parts, body: Buffer.concat(parts), end });
    sent.on('error', (error) => done(codeOf(error)));
    sent.on('response', (response) => {
      status = response.statusCode ?? 0;
      headers = response.headers;
      onHead();
      response.on('error', (error) => done(codeOf(error)));
      response.on('end', () => done('end'));
      if (stall) return;
      response.on('data', (part: Buffer) => {
        parts.push(part);
        total += part.length;
        check();
      });
    });
  });
  const received = (bytes: number) =>
    new Promise<void>((resolve) => {
      check = () => {
        if (total >= bytes) resolve();
      };
      check();
    });
  return { seen, head, received, leave: () => sent.destroy() };
}

/** Sends a request and lets the caller watch it. */
export function start(
  url: string,
  { body = '', stall = false, ...options }: Sending = {},
): Running {
  const sent = request(url, { method: 'POST', agent: false, ...options });
  sent.end(body);
  return watch(sent, stall);
}

/** Sends a request and waits for its end. */
export function send(url: string, sending: Sending = {}): Promise<Seen> {
  return start(url, sending).seen;
}

/** A request with JSON and the sandbox's plain key. */
export function asking(body: unknown, more: Sending = {}): Sending {
  const headers = { authorization: 'Bearer sandbox.local-demo-secret', ...more.headers };
  return { ...more, headers, body: JSON.stringify(body) };
}
