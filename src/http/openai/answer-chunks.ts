// Encodes an answer in OpenAI's chunks, each of which holds what is new.

import type { Failure } from '../../failure/failure.ts';
import {
  Chunks,
  DONE,
  errorEvent,
  KEEP_ALIVE,
  type ReplyHead,
  wirePiece,
} from '../../openai/chunks.ts';
import type { AnswerDelta } from '../../worker/answer.ts';
import type { Encoder, Piece } from '../stream-writer.ts';

const NO_BYTES = new Uint8Array(0);

export class AnswerChunks implements Encoder<AnswerDelta> {
  readonly headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
  };
  readonly #chunks: Chunks;
  #hasRole = false;

  /** @param withUsage whether a last chunk tells the tokens */
  constructor(head: ReplyHead, withUsage: boolean) {
    this.#chunks = new Chunks(head, withUsage);
  }

  /**
   * One chunk for each kind of news, because some callers look for one of them only. Halves of
   * characters become U+FFFD: not every caller can read them.
   */
  encode({ reasoning, text, toolCalls, finish, usage }: AnswerDelta): Piece {
    const chunks = this.#chunks;
    const events = [];
    if (!this.#hasRole) events.push(chunks.chunk({ role: 'assistant', content: '' }));
    this.#hasRole = true;
    if (reasoning !== '')
      events.push(chunks.chunk({ reasoning_content: reasoning.toWellFormed() }));
    if (text !== '') events.push(chunks.chunk({ content: text.toWellFormed() }));
    if (toolCalls !== undefined)
      events.push(chunks.chunk({ tool_calls: toolCalls.map(wirePiece) }));
    if (finish !== null) events.push(chunks.chunk({}, finish), chunks.usage(usage), DONE);
    return pieceOf(events.join(''));
  }

  keepAlive(): Piece {
    return pieceOf(KEEP_ALIVE);
  }

  failure(failure: Failure): Piece {
    return pieceOf(errorEvent(failure));
  }
}

function pieceOf(tail: string): Piece {
  return { body: NO_BYTES, tail };
}
