// One streamed call of the load driver, on a bare socket: sends bytes, looks for stamps, and no more.

import { connect } from 'node:net';
import { nowMicroseconds, STAMP_MARK } from './events.mjs';

const STAMP_BYTES = STAMP_MARK.length + 12;
const COMPLETE = /"finish_reason": ?"(stop|length)"|\[DONE\]/;
const GIVE_UP_MS = 60_000;

/** Within so many bytes before the end of a response stands what makes it complete. */
const TAIL_BYTES = 500;

/** A POST that asks the server to close after it, as FastChat's callers do. */
export function requestBytes({ host, path, body, headers = {} }) {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const lines = Object.entries({
    host,
    'content-type': 'application/json',
    'content-length': bytes.length,
    connection: 'close',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), bytes]);
}

/** The stamp at `at`, in microseconds; null when it is cut off or none. */
function stampAt(bytes, at) {
  if (at < 0 || at + STAMP_BYTES > bytes.length) return null;
  const stamp = Number(bytes.latin1Slice(at + STAMP_MARK.length, at + STAMP_BYTES));
  return Number.isNaN(stamp) ? null : stamp;
}

/**
 * Runs one call to its end.
 * @param onStamp gets the age of each new stamp, in milliseconds; null when nobody wants to know
 * @returns `firstMs` from connecting to the first stamp (null without one), `ok` when it was complete
 */
export class StreamCall {
  firstMs = null;
  bytes = 0;
  #onStamp;
  #began = nowMicroseconds();
  #lastStamp = 0;
  #tail = Buffer.alloc(0);

  constructor({ port, host = '127.0.0.1', request, onStamp = null }) {
    this.#onStamp = onStamp;
    this.socket = connect({ port, host, noDelay: true });
    this.socket.on('data', (piece) => this.#take(piece));
    this.socket.on('error', () => undefined);
    this.socket.setTimeout(GIVE_UP_MS, () => this.socket.destroy());
    this.closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.write(request);
  }

  /** Whether the answer came to its end; to be asked after `closed`. */
  get complete() {
    return COMPLETE.test(this.#tail.subarray(-TAIL_BYTES).latin1Slice());
  }

  #take(piece) {
    this.bytes += piece.length;
    const short = piece.length < TAIL_BYTES;
    this.#tail = short ? Buffer.concat([this.#tail.subarray(-TAIL_BYTES), piece]) : piece;
    if (this.firstMs === null) {
      const stamp = stampAt(piece, piece.indexOf(STAMP_MARK));
      if (stamp !== null) this.firstMs = (nowMicroseconds() - this.#began) / 1000;
    }
    if (this.#onStamp !== null) this.#readStamp(piece);
  }

  #readStamp(piece) {
    const stamp = stampAt(piece, piece.lastIndexOf(STAMP_MARK));
    if (stamp === null || stamp === this.#lastStamp) return;
    this.#lastStamp = stamp;
    this.#onStamp((nowMicroseconds() - stamp) / 1000);
  }
}

/** Runs one plain call to its end; true when the reply was a whole 200 of at least `least` bytes. */
export function plainCall({ port, host = '127.0.0.1', request, least = 0 }) {
  return new Promise((resolve) => {
    let bytes = 0;
    let accepted = false;
    const socket = connect({ port, host, noDelay: true });
    socket.on('data', (piece) => {
      if (bytes === 0) accepted = piece.latin1Slice(0, 12).endsWith(' 200');
      bytes += piece.length;
    });
    socket.on('error', () => undefined);
    socket.setTimeout(GIVE_UP_MS, () => socket.destroy());
    socket.once('close', () => resolve(accepted && bytes >= least));
    socket.write(request);
  });
}

/** Asks over one connection, again and again, as pools and proxies do. */
export class KeptConnection {
  #socket;
  #request;
  #reply = Buffer.alloc(0);
  #onReply = () => undefined;

  constructor({ port, host = '127.0.0.1', request }) {
    this.#request = request;
    this.#socket = connect({ port, host, noDelay: true });
    this.#socket.setTimeout(GIVE_UP_MS, () => this.close());
    this.#socket.on('error', () => undefined);
    this.#socket.once('close', () => this.#onReply(false));
    this.#socket.on('data', (piece) => this.#take(piece));
  }

  /** True when the reply was a whole 200. */
  call() {
    if (this.#socket.destroyed) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#onReply = resolve;
      this.#socket.write(this.#request);
    });
  }

  close() {
    this.#socket.destroy();
  }

  #take(piece) {
    this.#reply = this.#reply.length === 0 ? piece : Buffer.concat([this.#reply, piece]);
    const headEnd = this.#reply.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const head = this.#reply.latin1Slice(0, headEnd);
    const [, length] = /content-length: (\d+)/i.exec(head) ?? [];
    if (this.#reply.length < headEnd + 4 + Number(length)) return;
    this.#reply = Buffer.alloc(0);
    this.#onReply(head.startsWith('HTTP/1.1 200'));
  }
}
