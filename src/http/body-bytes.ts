// Reads the bytes of one request body into one buffer, within the limits of the body and of all.

import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream';
import { Failure } from '../failure/failure.ts';
import { ownTurn } from '../lib/own-turn.ts';
import { CallerGone } from '../worker/request-context.ts';
import type { ByteBudget } from './byte-budget.ts';

/**
 * Bodies up to this size are read whatever the others take, so that nobody's large bodies keep out
 * the small ones: their number is bounded by the queue and the connections.
 */
const ALWAYS_READ = 64 * 1024;

/** What is read and thrown away of a body that is refused, in multiples of its limit. */
const DISCARDED = 4;

/**
 * What one look at the socket brings is mostly larger than this, in bytes. Where it is not, the body
 * comes in many small chunks, and each costs as much time as a large one.
 */
const SMALL_READ = 16 * 1024;
/** So many small ones are nothing unusual. */
const SMALL_READS = 8;

/**
 * Each chunk costs some microseconds, however little it brings. Programs that send a body as they make
 * it come nowhere near so many that are on average so small, in bytes.
 */
const MANY_CHUNKS = 16 * 1024;
const TINY_CHUNK = 16;

/** Bytes that were read, and what has to be given back for them. */
export interface BodyBytes {
  readonly bytes: Buffer;
  /** Call when nothing of the body is needed any more; only the first time counts. */
  readonly release: () => void;
}

/**
 * Reads a body to its end. One that is too long is read on without being kept: callers who write all
 * of it before they read would otherwise meet a closed connection instead of the reason.
 * @param limit in bytes
 * @throws Failure `request_too_large` or `bodies_full`, or CallerGone
 */
export async function readBodyBytes(
  request: IncomingMessage,
  limit: number,
  budget: ByteBudget,
): Promise<BodyBytes> {
  // Too long even to be thrown away: whoever says so before sending it can be told before.
  if (Number(request.headers['content-length'] ?? 0) > DISCARDED * limit) throw tooLarge(limit);
  const held = new HeldBytes(limit, budget);
  try {
    await readChunks(request, held, new Pace(request));
    return { bytes: held.bytes, release: () => held.release() };
  } catch (error) {
    held.release();
    throw error;
  }
}

/**
 * Reads until the end, or until no more is wanted; what is left then must not close the connection
 * before the reply is out. Not by an iterator, which doubles what a small chunk costs.
 */
function readChunks(request: IncomingMessage, held: HeldBytes, pace: Pace): Promise<void> {
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      if (!held.add(chunk) || !pace.allows(chunk)) end();
    };
    const end = (error?: Error | null) => {
      stopWaiting();
      request.off('data', onData).pause();
      // The connection broke, or what came was no HTTP: nobody is left to be told.
      if (error) reject(new CallerGone());
      else if (pace.isAbused) reject(tooSmall());
      else resolve();
    };
    const stopWaiting = finished(request, { writable: false }, end);
    request.on('data', onData);
  });
}

/** Sees to it that a body in small chunks does not keep the event loop for itself. */
class Pace {
  readonly #socket: IncomingMessage['socket'];
  #chunks = 0;
  #bytes = 0;
  #small = 0;
  #isPaused = false;

  constructor({ socket }: IncomingMessage) {
    this.#socket = socket;
  }

  /** Whether there have been more chunks than any program has a reason for. */
  get isAbused(): boolean {
    return this.#chunks > MANY_CHUNKS && this.#bytes < TINY_CHUNK * this.#chunks;
  }

  /** Takes note of a chunk; false when there must not be another one. */
  allows({ length }: Buffer): boolean {
    this.#chunks++;
    this.#bytes += length;
    if (length < SMALL_READ && ++this.#small > SMALL_READS && !this.#isPaused) this.#pause();
    return !this.isAbused;
  }

  /** Node reads a socket up to 32 times in a row, unless it is told to stop. */
  #pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
    void ownTurn().then(() => {
      this.#isPaused = false;
      this.#socket.resume();
    });
  }
}

/** One buffer that grows by doubling, and its part of the budget. */
class HeldBytes {
  readonly #limit: number;
  readonly #budget: ByteBudget;
  #buffer = Buffer.alloc(0);
  #length = 0;
  #seen = 0;
  #taken = 0;
  #failure: Failure | null = null;

  constructor(limit: number, budget: ByteBudget) {
    this.#limit = limit;
    this.#budget = budget;
  }

  get bytes(): Buffer {
    if (this.#failure !== null) throw this.#failure;
    return this.#buffer.subarray(0, this.#length);
  }

  /** Takes the next bytes; false when no more have to be read. */
  add(chunk: Buffer): boolean {
    this.#seen += chunk.length;
    if (this.#failure === null) this.#keep(chunk);
    return this.#failure === null || this.#seen < DISCARDED * this.#limit;
  }

  release(): void {
    this.#budget.give(this.#taken);
    this.#taken = 0;
  }

  #keep(chunk: Buffer): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#limit) this.#fail(tooLarge(this.#limit));
    else if (needed > this.#buffer.length && !this.#grow(needed)) {
      this.#fail(new Failure('bodies_full'));
    } else {
      chunk.copy(this.#buffer, this.#length);
      this.#length = needed;
    }
  }

  #grow(needed: number): boolean {
    const size = Math.min(Math.max(needed, this.#buffer.length * 2), this.#limit);
    if (size > ALWAYS_READ) {
      if (!this.#budget.take(size - this.#taken)) return false;
      this.#taken = size;
    }
    const larger = Buffer.allocUnsafeSlow(size);
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
    return true;
  }

  #fail(failure: Failure): void {
    this.#failure = failure;
    this.#buffer = Buffer.alloc(0);
    this.#length = 0;
    this.release();
  }
}

function tooSmall(): Failure {
  return new Failure('request_invalid', { hint: 'body: comes in chunks of a few bytes' });
}

function tooLarge(limit: number): Failure {
  return new Failure('request_too_large', { hint: `the limit is ${limit} bytes` });
}
