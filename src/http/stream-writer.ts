// Writes frames to a caller's socket: at the caller's pace, never silent, never without an end.

import type { ServerResponse } from 'node:http';
import type { Frame } from '../fastchat/frames.ts';

export interface WriteLimits {
  /** A caller that takes nothing for so long is dropped, in milliseconds. */
  readonly writeTimeoutMs: number;
  /** After so much silence the newest frame is sent again, in milliseconds; 0 = never. */
  readonly keepAliveMs: number;
}

/**
 * No Content-Type, as FastChat's own workers send none. FastChat never uses a connection twice, so
 * one that carried a stream is closed and cannot hold up the end of the process.
 */
const STREAM_HEADERS = {
  connection: 'close',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
};

/** Ends a body that was sent in chunks. */
const LAST_CHUNK = '0\r\n\r\n';

/** Frames below so many bytes are copied into one piece; Node has a pool for buffers of this size. */
const COPIED_BELOW = 4096;

/**
 * Sent when there is silence before the first frame: FastChat's callers and the controller's relay
 * take an empty text for no news.
 */
const NO_NEWS: Frame = {
  body: Buffer.from('{"text":"'),
  tail: '","error_code":0,"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0},"finish_reason":null}\0',
};

/**
 * Writes all frames and ends the response. While the caller's socket is full no frame is pulled: what
 * the caller gets next is the newest text, not a backlog. An iteration that fails breaks the
 * connection, because a clean end would look like a complete answer.
 * @returns once the response has ended or the caller has gone
 */
export async function writeFrames(
  response: ServerResponse,
  frames: AsyncIterable<Frame>,
  limits: WriteLimits,
): Promise<void> {
  response.writeHead(200, STREAM_HEADERS);
  // In a moment, once the model has been asked: a write takes as long as much of what is done for that.
  setImmediate(() => response.flushHeaders());
  // A write after the caller has gone is an error event; `close` has told us already.
  response.on('error', () => undefined);
  const writer = new FrameWriter(response, limits);
  try {
    for await (const frame of frames) {
      if (!writer.write(frame)) await writer.drained();
      if (response.destroyed) return;
    }
    await writer.end();
  } catch {
    response.destroy();
  } finally {
    writer.close();
  }
}

class FrameWriter {
  readonly #response: ServerResponse;
  readonly #limits: WriteLimits;
  readonly #keepAlive: NodeJS.Timeout | null;
  /** Whether the body is sent in chunks, which callers of HTTP/1.0 do not understand. */
  readonly #chunked: boolean;
  #newest = NO_NEWS;

  constructor(response: ServerResponse, limits: WriteLimits) {
    this.#response = response;
    this.#limits = limits;
    // Node would make five pieces of each frame; here the chunks are made in one.
    this.#chunked = response.chunkedEncoding;
    response.chunkedEncoding = false;
    const { keepAliveMs } = limits;
    this.#keepAlive = keepAliveMs > 0 ? setInterval(() => this.#repeat(), keepAliveMs) : null;
  }

  /** Writes a frame; false when the caller's socket is full. */
  write(frame: Frame): boolean {
    this.#newest = frame;
    this.#keepAlive?.refresh();
    return this.#send(frame);
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

  #repeat(): void {
    if (!this.#response.writableNeedDrain) this.#send(this.#newest);
  }

  #send({ body, tail }: Frame): boolean {
    const response = this.#response;
    const length = body.length + Buffer.byteLength(tail);
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
