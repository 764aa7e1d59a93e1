// Encodes an answer in FastChat's frames, each of which repeats the whole text so far.

import type { Failure } from '../../failure/failure.ts';
import { AnswerBytes, errorFrame, type Frame } from '../../fastchat/frames.ts';
import { ownTurn } from '../../lib/own-turn.ts';
import { textPieces } from '../../lib/text-pieces.ts';
import type { Usage } from '../../model/chat-model.ts';
import type { AnswerDelta } from '../../worker/answer.ts';
import type { Encoder } from '../stream-writer.ts';

/** UTF-16 units of a prompt that are written in one go: a few milliseconds' worth. */
const APPENDED_AT_ONCE = 256 * 1024;

const REASONING_BEGIN = '<think>';
const REASONING_END = '</think>';

/**
 * Sent when there is silence before the first frame: FastChat's callers and the controller's relay
 * take an empty text for no news.
 */
const NO_NEWS: Frame = {
  body: Buffer.from('{"text":"'),
  tail: '","error_code":0,"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0},"finish_reason":null}\0',
};

export class AnswerFrames implements Encoder<AnswerDelta> {
  /**
   * No Content-Type, as FastChat's own workers send none. FastChat never uses a connection twice, so
   * one that carried a stream is closed and cannot hold up the end of the process.
   */
  readonly headers = {
    connection: 'close',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
  };
  readonly #answer = new AnswerBytes();
  readonly #errors: 'frame' | 'text';
  #hasText = false;
  #reasoning = false;
  #usage: Usage = { promptTokens: 0, completionTokens: 0, totalTokens: 0 };
  #newest = NO_NEWS;

  /** @param errors whether a failure is told as a frame of its own, or as text of the answer */
  constructor(errors: 'frame' | 'text' = 'frame') {
    this.#errors = errors;
  }

  /**
   * Others run in between when it is long.
   * @param text the answer begins with: the prompt of a completion that asked for `echo`
   */
  async begin(text: string): Promise<void> {
    for (const piece of textPieces(text, APPENDED_AT_ONCE)) {
      this.#answer.append(piece);
      if (piece.length < text.length) await ownTurn();
    }
  }

  encode({ reasoning, text, finish, usage }: AnswerDelta): Frame {
    if (reasoning !== '') {
      if (!this.#reasoning) this.#answer.append(REASONING_BEGIN);
      this.#reasoning = true;
      this.#answer.append(reasoning);
    }
    if (this.#reasoning && (text !== '' || finish !== null)) {
      this.#reasoning = false;
      this.#answer.append(REASONING_END);
    }
    if (text !== '') {
      this.#hasText = true;
      this.#answer.append(text);
    }
    this.#usage = usage;
    // FastChat's clients know no other reasons than these two.
    const reason = finish === null || finish === 'length' ? finish : 'stop';
    this.#newest = this.#answer.frame(usage, reason);
    return this.#newest;
  }

  /** The newest frame once more, which says nothing new to whoever has read it. */
  keepAlive(): Frame {
    return this.#newest;
  }

  failure(failure: Failure): Frame {
    if (this.#errors === 'frame') return errorFrame(failure);
    return this.encode({
      reasoning: '',
      text: this.#hasText ? `\n\n${failure.sentence}` : failure.sentence,
      finish: 'stop',
      usage: this.#usage,
    });
  }
}
