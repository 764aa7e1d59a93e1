// Writes frames to a caller's socket: at the caller's pace, never silent, never without an end.

import type { ServerResponse } from 'node:http';
import type { Frame } from '../protocol/frames.ts';

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

/**
 * Sent when there is silence before the first frame: FastChat's callers and the controller's relay
 * take an empty text for no news.
 */
const NO_NEWS: Frame = {
  body: Buffer.from('{"text":"'),
  tail: '","error_code":0,"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0},"finish_reason":null}\0',
};

/**
 * Writes all frames and ends the response. While the caller's socket is full no frame is pulled, so
 * what it gets next is the newest text, not a backlog. An iteration that fails breaks the
 * connection, because a clean end would look like a complete answer.
 * @returns once the response has ended or the caller has gone
 */
export async function writeFrames(
  response: ServerResponse,
  frames: AsyncIterable<Frame>,
  limits: WriteLimits,
): Promise<void> {
  response.writeHead(200, STREAM_HEADERS);
  response.flushHeaders();
  // A write after the caller has gone is an error event; `close` has told us already.
  response.on('error', () => undefined);
  const writer = new FrameWriter(response, limits);
  try {
    for await (const frame of frames) {
      if (writer.write(frame)) continue;
      await writer.drained();
      if (response.destroyed) return;
    }
    response.end();
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
  #newest = NO_NEWS;

  constructor(response: ServerResponse, limits: WriteLimits) {
    this.#response = response;
    this.#limits = limits;
    const { keepAliveMs } = limits;
    this.#keepAlive = keepAliveMs > 0 ? setInterval(() => this.#repeat(), keepAliveMs) : null;
  }

  /** False when the socket is full. */
  write(frame: Frame): boolean {
    this.#newest = frame;
    this.#keepAlive?.refresh();
    return this.#send(frame);
  }

  /** Waits until the socket takes more, or is gone; drops a caller that takes nothing for long. */
  drained(): Promise<void> {
    const response = this.#response;
    return new Promise((resolve) => {
      const timer = setTimeout(() => response.destroy(), this.#limits.writeTimeoutMs);
      const done = () => {
        clearTimeout(timer);
        response.off('drain', done).off('close', done);
        resolve();
      };
      response.on('drain', done).on('close', done);
      if (response.destroyed) done();
    });
  }

  close(): void {
    if (this.#keepAlive !== null) clearInterval(this.#keepAlive);
  }

  #repeat(): void {
    if (!this.#response.writableNeedDrain) this.#send(this.#newest);
  }

  /** Both pieces in one write to the socket. */
  #send({ body, tail }: Frame): boolean {
    const response = this.#response;
    response.cork();
    response.write(body);
    const free = response.write(tail);
    response.uncork();
    return free;
  }
}
