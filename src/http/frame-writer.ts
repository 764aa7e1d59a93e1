// Writes frames to a caller's socket: at the caller's pace, never silent, never without an end.

import type { ServerResponse } from 'node:http';
import type { Frame } from '../protocol/frames.ts';

export interface WriteLimits {
  /** A caller that takes nothing for so long is dropped, in milliseconds. */
  readonly writeTimeoutMs: number;
  /** After so much silence the newest frame is sent again, in milliseconds; 0 = never. */
  readonly keepAliveMs: number;
  /** Shortest time from one frame to the next, in milliseconds; 0 = none. */
  readonly streamIntervalMs: number;
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
  last: false,
};

/**
 * Writes all frames and ends the response. While the caller's socket is full, and for a moment after
 * each frame, no frame is pulled: what the caller gets next is the newest text, not a backlog. An
 * iteration that fails breaks the connection, because a clean end would look like a complete answer.
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
      await writer.write(frame);
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
  /** Made once and started anew for every frame, which costs less than a timer each. */
  #interval: NodeJS.Timeout | null = null;
  #afterPause: () => void = () => undefined;
  #newest = NO_NEWS;

  constructor(response: ServerResponse, limits: WriteLimits) {
    this.#response = response;
    this.#limits = limits;
    const { keepAliveMs } = limits;
    this.#keepAlive = keepAliveMs > 0 ? setInterval(() => this.#repeat(), keepAliveMs) : null;
    // A caller who leaves within a pause must not be waited for.
    response.once('close', () => this.#afterPause());
  }

  /** Writes a frame; the promise, if there is one, resolves when another one is welcome. */
  write(frame: Frame): Promise<void> | undefined {
    this.#newest = frame;
    this.#keepAlive?.refresh();
    if (!this.#send(frame)) return this.#event('drain');
    return frame.last || this.#limits.streamIntervalMs === 0 ? undefined : this.#pause();
  }

  /** Ends the response and waits until the caller has taken all of it. */
  async end(): Promise<void> {
    this.#response.end();
    if (!this.#response.writableFinished) await this.#event('finish');
  }

  close(): void {
    clearInterval(this.#keepAlive ?? undefined);
    clearTimeout(this.#interval ?? undefined);
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

  #pause(): Promise<void> {
    this.#interval ??= setTimeout(() => this.#afterPause(), this.#limits.streamIntervalMs);
    this.#interval.refresh();
    return new Promise((resolve) => {
      this.#afterPause = resolve;
    });
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
