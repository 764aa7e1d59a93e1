// The frames of `/worker_generate_stream`: JSON and a zero byte, each with the whole answer so far.

import type { ErrorCode } from '../failure/error-codes.ts';
import type { Failure } from '../failure/failure.ts';

/** Tokens of a request as FastChat spells them; always whole numbers. */
export interface FrameUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
}

/** The two reasons that FastChat's clients accept; null while the answer goes on. */
export type FrameFinish = 'stop' | 'length' | null;

/**
 * One frame in two pieces, to be written one after the other. `body` is a view of bytes that stay
 * as they are, however much is appended to the answer later, so a frame can wait in a socket.
 */
export interface Frame {
  readonly body: Uint8Array;
  /** The rest of the JSON and the zero byte. */
  readonly tail: string;
}

const NO_BYTES = new Uint8Array(0);
const HEAD = Buffer.from('{"text":"');

/** Most bytes that one UTF-16 unit can take in escaped JSON: `\u0000`. */
const BYTES_PER_UNIT = 6;

/**
 * The text of an answer as escaped JSON in UTF-8.
 *
 * ```
 *   {"text":"你好\n…          bytes written so far, never touched again
 *   └────── body of frame 1 ──────┘
 *   └────────── body of frame 2 ───────────┘ + tail `","error_code":0,…}` NUL
 * ```
 *
 * Frames repeat the text, so turning it into JSON anew for each would cost the square of its length.
 */
export class AnswerBytes {
  #buffer = Buffer.allocUnsafe(1024);
  #length = HEAD.copy(this.#buffer);

  /**
   * Appends text. A character must not be split over two calls; a half without its other half
   * becomes U+FFFD, since FastChat cannot read it.
   */
  append(text: string): void {
    const escaped = JSON.stringify(text.toWellFormed());
    this.#reserve(text.length);
    // The quotes that JSON.stringify adds are left out.
    this.#length += this.#buffer.write(escaped.slice(1, -1), this.#length);
  }

  /** The frame of the answer as it stands. */
  frame(usage: FrameUsage, finish: FrameFinish): Frame {
    const { promptTokens, completionTokens, totalTokens } = usage;
    const reason = finish === null ? 'null' : `"${finish}"`;
    return {
      body: this.#buffer.subarray(0, this.#length),
      tail:
        `","error_code":0,"usage":{"prompt_tokens":${promptTokens},` +
        `"completion_tokens":${completionTokens},"total_tokens":${totalTokens}},` +
        `"finish_reason":${reason}}\0`,
    };
  }

  #reserve(units: number): void {
    const needed = this.#length + units * BYTES_PER_UNIT;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/** A failure as FastChat's callers can pass it on. */
export interface ErrorReply {
  /** A sentence for the end user. */
  readonly text: string;
  readonly error_code: ErrorCode;
  /** Makes OpenAI SDKs raise an error when they meet the frame in a stream. */
  readonly error: { readonly message: string; readonly type: string; readonly code: ErrorCode };
}

/** The JSON of a failure; its `type` is our name of it, the same as in the log. */
export function errorReply({ kind, row: { code }, sentence }: Failure): ErrorReply {
  return { text: sentence, error_code: code, error: { message: sentence, type: kind, code } };
}

/** The last frame of a stream that failed. */
export function errorFrame(failure: Failure): Frame {
  return { body: NO_BYTES, tail: `${JSON.stringify(errorReply(failure))}\0` };
}

/** A frame as the JSON text that `/worker_generate` replies with: no zero byte. */
export function frameJson({ body, tail }: Frame): Buffer {
  return Buffer.concat([body, Buffer.from(tail.slice(0, -1))]);
}
