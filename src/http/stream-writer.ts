// Writes an answer to a caller's socket: at the caller's pace, never silent, never without an end.

import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Failure } from '../failure/failure.ts';

/**
 * Bytes in two pieces, to be written one after the other. `body` may be a view of bytes that stay as
 * they are while a piece waits in a socket.
 */
export interface Piece {
  readonly body: Uint8Array;
  readonly tail: string;
}

/** How one door writes an answer. */
export interface Encoder<Item> {
  readonly headers: OutgoingHttpHeaders;
  encode(item: Item): Piece;
  /** Written after a silence; must change nothing of what the caller has understood so far. */
  keepAlive(): Piece;
  /** Ends an answer that failed. */
  failure(failure: Failure): Piece;
}

/** What was written in streams, of all doors. */
export interface WrittenTally {
  frames: number;
  bytes: number;
}

export interface WriteLimits {
  /** A caller that takes nothing for so long is dropped, in milliseconds. */
  readonly writeTimeoutMs: number;
  /** After so much silence something is sent again, in milliseconds; 0 = never. */
  readonly keepAliveMs: number;
  /** Counts along: a plain object, because it is touched for each frame. */
  readonly written: WrittenTally;
}

/** Ends a body that was sent in chunks. */
const LAST_CHUNK = '0\r\n\r\n';

/** Pieces below so many bytes are copied into one; Node has a pool for buffers of this size. */
const COPIED_BELOW = 4096;

/**
 * Writes all items and ends the response. While the caller's socket is full no item is pulled: what
 * the caller gets next is the newest, not a backlog. An iteration that fails in any other way than
 * with a Failure breaks the connection, because a clean end would look like a complete answer.
 * @param onDefect is told of such an error while the caller is still there
 * @returns once the response has ended or the caller has gone
 */
export async function writeStream<Item>(
  response: ServerResponse,
  items: AsyncIterable<Item>,
  encoder: Encoder<Item>,
  limits: WriteLimits,
  onDefect: (error: unknown) => void,
): Promise<void> {
  response.writeHead(200, encoder.headers);
  // In a moment, once the model has been asked: a write takes as long as much of what is done for that.
  setImmediate(() => response.flushHeaders());
  // A write after the caller has gone is an error event; `close` has told us already.
  response.on('error', () => undefined);
  const writer = new StreamWriter(response, limits, () => encoder.keepAlive());
  try {
    for await (const item of items) {
      if (!writer.write(encoder.encode(item))) await writer.drained();
      if (response.destroyed) return;
    }
    await writer.end();
  } catch (error) {
    if (error instanceof Failure) {
      writer.write(encoder.failure(error));
      await writer.end();
    } else {
      if (!response.destroyed) onDefect(error);
      response.destroy();
    }
  } finally {
    writer.close();
  }
}

class StreamWriter {
  readonly #response: ServerResponse;
  readonly #limits: WriteLimits;
  readonly #keepAlive: NodeJS.Timeout | null;
  /** Whether the body is sent in chunks, which callers of HTTP/1.0 do not understand. */
  readonly #chunked: boolean;

  constructor(response: ServerResponse, limits: WriteLimits, keepAlive: () => Piece) {
    this.#response = response;
    this.#limits = limits;
    // Node would make five pieces of each; here the chunks are made in one.
    this.#chunked = response.chunkedEncoding;
    response.chunkedEncoding = false;
    const { keepAliveMs } = limits;
    const repeat = () => {
      if (!response.writableNeedDrain) this.#send(keepAlive());
    };
    this.#keepAlive = keepAliveMs > 0 ? setInterval(repeat, keepAliveMs) : null;
  }

  /** Writes a piece; false when the caller's socket is full. */
  write(piece: Piece): boolean {
    this.#keepAlive?.refresh();
    return this.#send(piece);
  }

  /** Waits until the caller can take more, or is gone. */
  drained(): Promise<void> {
    return this.#event('drain');
  }

  /** Ends the response and waits until the caller has taken all of it. */
  async end(): Promise<void> {
    this.#response.end(this.#chunked ? LAST_CHUNK : '');
    if (!this.#response.writableFinished) await this.#event('finish');
  }

  close(): void {
    clearInterval(this.#keepAlive ?? undefined);
  }

  /**
   * Waits for an event of the socket, or for its end. Node's own timeout is what drops a caller who
   * takes nothing: it starts anew whenever some bytes have left.
   */
  #event(name: 'drain' | 'finish'): Promise<void> {
    const response = this.#response;
    return new Promise((resolve) => {
      const drop = () => response.destroy();
      const done = () => {
        response.off(name, done).off('close', done);
        response.socket?.setTimeout(0).off('timeout', drop);
        resolve();
      };
      response.on(name, done).on('close', done);
      response.socket?.setTimeout(this.#limits.writeTimeoutMs, drop);
      if (response.destroyed) done();
    });
  }

  #send({ body, tail }: Piece): boolean {
    const response = this.#response;
    const length = body.length + Buffer.byteLength(tail);
    const { written } = this.#limits;
    written.frames++;
    written.bytes += length;
    const head = this.#chunked ? `${length.toString(16)}\r\n` : '';
    const end = this.#chunked ? `${tail}\r\n` : tail;
    if (length < COPIED_BELOW) return response.write(onePiece(head, body, end));
    response.cork();
    response.write(head, 'latin1');
    response.write(body);
    const free = response.write(end);
    response.uncork();
    return free;
  }
}

function onePiece(head: string, body: Uint8Array, end: string): Buffer {
  const piece = Buffer.allocUnsafe(head.length + body.length + Buffer.byteLength(end));
  piece.write(head, 'latin1');
  piece.set(body, head.length);
  piece.write(end, head.length + body.length);
  return piece;
}
