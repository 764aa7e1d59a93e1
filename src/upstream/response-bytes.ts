// Collects the bytes of one HTTP response and hands them over in batches, one batch per pull.

import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { ownTurn } from '../lib/own-turn.ts';
import { errorOfTransport } from './transport-error.ts';

/**
 * Bytes that may wait for a pull before the socket is paused. A reader who sleeps costs this much
 * memory and no more; one who keeps up never reaches it.
 */
const PAUSE_ABOVE_BYTES = 256 * 1024;

/**
 * Most bytes that are handed over at once, but for one chunk that is larger. Where more wait, each pull
 * has a turn of the event loop of its own. It is less than a full read of a socket (64 KiB), which takes a
 * millisecond, several as long as V8 has not compiled what does it: libuv makes 32 such reads in a row
 * of a socket that has the bytes. Streams in their usual pace stay far below.
 */
const AT_ONCE_BYTES = 32 * 1024;

/** What a response may still send once the answer in it is complete, in bytes and milliseconds. */
const REST_LIMIT_BYTES = 64 * 1024;
const REST_LIMIT_MS = 1000;

export interface ResponseHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/**
 * An undici handler that can be pulled. undici calls the handler once per HTTP chunk, all chunks of
 * one socket read in the same tick; collecting them here makes one wake-up of a whole read.
 *
 * ```
 *   waiting ──head──▶ streaming ──end──▶ ended          next() gives null
 *      │                  │ └──discard()──▶ discarding ──▶ ended, or aborted past its limits
 *      └──────abort(), close(), signal, transport error──▶ failed     next() throws
 * ```
 */
export class ResponseBytes implements Dispatcher.DispatchHandler {
  readonly #signal: AbortSignal;
  readonly #onAbort = () => this.abort(this.#signal.reason);
  #controller: Dispatcher.DispatchController | null = null;
  #head: ResponseHead | null = null;
  #chunks: Buffer[] = [];
  #waitingBytes = 0;
  #discarding = false;
  #ended = false;
  #failure: Error | null = null;
  #restTimer: NodeJS.Timeout | null = null;
  /** No bytes are handed over before this moment of `performance.now()`. */
  #coalesceUntil = 0;
  #coalesceTimer: NodeJS.Timeout | null = null;
  #wake: (() => void) | null = null;

  /** @param signal its abort closes the socket, and its reason is thrown at whoever waits */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure !== null) controller.abort(this.#failure);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return;
    this.#head = { status, headers };
    this.#notify();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#waitingBytes += chunk.length;
    if (this.#discarding) {
      if (this.#waitingBytes > REST_LIMIT_BYTES) this.abort(new Unwanted());
      return;
    }
    this.#chunks.push(chunk);
    if (this.#waitingBytes > PAUSE_ABOVE_BYTES) controller.pause();
    if (this.#hasCoalesced()) this.#notify();
  }

  onResponseEnd(): void {
    this.#ended = true;
    this.#settle();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#failure ??= errorOfTransport(error, this.#head !== null);
    this.#settle();
  }

  /** Ends the request: its socket closes at once, and `reason` is thrown at whoever pulls. */
  abort(reason: Error): void {
    if (this.#settled) return;
    this.#failure = reason;
    this.#drop();
    this.#controller?.abort(reason);
    this.#settle();
  }

  /** Call once the answer is complete: a response that does not end soon is aborted. */
  limitRest(): void {
    if (this.#settled) return;
    this.#restTimer ??= setTimeout(() => this.abort(new Unwanted()), REST_LIMIT_MS);
    this.#restTimer.unref();
  }

  /** Lets the response run out unread, so that its connection can serve the next request. */
  discard(): void {
    this.#discarding = true;
    this.#drop();
    this.#controller?.resume();
    this.limitRest();
  }

  /** Call when no more will be pulled: aborts the request unless it has ended or is discarded. */
  close(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    if (!this.#discarding) this.abort(new Unwanted());
  }

  /** Waits for the status line and headers. */
  async head(): Promise<ResponseHead> {
    while (this.#head === null) {
      if (this.#failure !== null) throw this.#failure;
      await this.#arrival();
    }
    return this.#head;
  }

  /**
   * Lets bytes coalesce until the next tick, unless the response ends or grows large before. There is a
   * tick every `tickMs` milliseconds, the same for all responses: what many of them have to do then
   * is done in one wake-up of the process. 0 = no gathering.
   */
  coalesce(tickMs: number): void {
    this.#coalesceUntil = tickMs === 0 ? 0 : Math.ceil(performance.now() / tickMs) * tickMs;
  }

  /** What has come since the last pull, at least one byte, and not too much at once; null at the end. */
  async next(): Promise<Buffer | null> {
    while (!this.#settled && !this.#hasCoalesced()) await this.#arrival();
    if (this.#waitingBytes > AT_ONCE_BYTES) await ownTurn();
    if (this.#chunks.length > 0) return this.#take();
    if (this.#failure !== null) throw this.#failure;
    return null;
  }

  get #settled(): boolean {
    return this.#ended || this.#failure !== null;
  }

  /** Whether there are bytes to hand over; when it is only too early for them, a timer is set. */
  #hasCoalesced(): boolean {
    if (this.#chunks.length === 0) return false;
    if (this.#waitingBytes > AT_ONCE_BYTES) return true;
    const waitMs = this.#coalesceUntil - performance.now();
    if (waitMs <= 0) return true;
    // Whole milliseconds, because Node keeps a list of timers for each length there is.
    this.#coalesceTimer ??= setTimeout(() => this.#onTick(), Math.ceil(waitMs));
    return false;
  }

  #onTick(): void {
    // The timer may be a little early by the other clock.
    this.#coalesceUntil = 0;
    this.#notify();
  }

  #take(): Buffer {
    let [count, bytes] = [0, 0];
    for (const { length } of this.#chunks) {
      if (count > 0 && bytes + length > AT_ONCE_BYTES) break;
      count += 1;
      bytes += length;
    }
    const chunks = this.#chunks.splice(0, count);
    this.#waitingBytes -= bytes;
    this.#stopCoalescing();
    if (this.#waitingBytes <= PAUSE_ABOVE_BYTES) this.#controller?.resume();
    const [first] = chunks;
    return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
  }

  /** Nobody will pull what has come so far. */
  #drop(): void {
    this.#chunks = [];
    this.#waitingBytes = 0;
    this.#stopCoalescing();
  }

  #stopCoalescing(): void {
    clearTimeout(this.#coalesceTimer ?? undefined);
    this.#coalesceTimer = null;
  }

  #settle(): void {
    clearTimeout(this.#restTimer ?? undefined);
    this.#stopCoalescing();
    this.#notify();
  }

  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}

/** Why a response was closed that nobody waits for any more; seen only by undici. */
class Unwanted extends Error {}
