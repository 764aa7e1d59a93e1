// Folds the deltas of one answer into cumulative frames; knows nothing of where they come from.

import { AnswerBytes, type Frame } from '../fastchat/frames.ts';
import type { ChatDelta, FinishReason, Usage } from '../model/chat-model.ts';
import { TokenMeter } from '../tokens/token-estimate.ts';
import { StopStrings } from './stop-strings.ts';

/** Thoughts that are kept in case nothing but thoughts comes, in UTF-16 units. */
const REASONING_LIMIT = 1024 * 1024;

export interface GenerationOptions {
  /** Estimated tokens of the prompt, told until GLM's own count arrives. */
  readonly promptTokens: number;
  /** Strings that end the answer and are not part of it. */
  readonly stop: readonly string[];
  /** Text the answer begins with: the prompt of a completion that asked for `echo`. */
  readonly prefix: string;
  /** Whether the caller gets to read the thoughts, as `<think>…</think>` before the answer. */
  readonly showReasoning: boolean;
}

const REASONING_BEGIN = '<think>';
const REASONING_END = '</think>';

export class Generation {
  readonly #answer = new AnswerBytes();
  readonly #stops: StopStrings;
  readonly #promptTokens: number;
  readonly #meter = new TokenMeter();
  readonly #showReasoning: boolean;
  #thinking = false;
  #reasoning = '';
  #hasText = false;
  /** First half of a character whose second half is still to come. */
  #half = '';
  #usage: Usage | null = null;
  #finish: FinishReason | null = null;

  constructor({ promptTokens, stop, prefix, showReasoning }: GenerationOptions) {
    this.#promptTokens = promptTokens;
    this.#showReasoning = showReasoning;
    this.#stops = new StopStrings(stop);
    if (prefix !== '') this.#answer.append(prefix);
  }

  /** Set once the answer is complete, be it by the model or by a stop string. */
  get finish(): FinishReason | null {
    return this.#finish;
  }

  /** Whether the caller may have seen something of it, so that it cannot start over. */
  get begun(): boolean {
    return this.#hasText || (this.#showReasoning && this.#reasoning !== '');
  }

  /** The provider's own count, once it has come. */
  get countedUsage(): Usage | null {
    return this.#usage;
  }

  /** The provider's count when it came, an estimate before. */
  get usage(): Usage {
    if (this.#usage !== null) return this.#usage;
    const completionTokens = this.#meter.tokens;
    const promptTokens = this.#promptTokens;
    return { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens };
  }

  /** The answer so far as a frame, the last one once there is a finish. */
  get frame(): Frame {
    return this.#answer.frame(this.usage, this.#finish);
  }

  /** Takes a delta; true when the answer has grown or is complete, so that a frame is due. */
  take({ reasoning, text, finish, usage }: ChatDelta): boolean {
    if (usage !== null) this.#usage = usage;
    const thought = reasoning !== '' && this.#think(reasoning);
    const spoke = text !== '' && this.#speak(text);
    if (this.#stops.hit) this.#finish = 'stop';
    else if (finish !== null) this.#complete(finish);
    return thought || spoke || this.#finish !== null;
  }

  /** True when the caller gets to see something of it. */
  #think(reasoning: string): boolean {
    this.#meter.add(reasoning);
    // Only an answer without text needs the thoughts, so they are dropped once there is some.
    if (this.#hasText) this.#reasoning = '';
    else this.#reasoning = (this.#reasoning + reasoning).slice(0, REASONING_LIMIT);
    if (!this.#showReasoning) return false;
    const opening = this.#thinking ? '' : REASONING_BEGIN;
    this.#thinking = true;
    return this.#append(opening + reasoning);
  }

  #speak(text: string): boolean {
    this.#meter.add(text);
    this.#hasText = true;
    const closed = this.#endReasoning();
    return this.#append(this.#stops.push(text)) || closed;
  }

  #endReasoning(): boolean {
    if (!this.#thinking) return false;
    this.#thinking = false;
    return this.#append(REASONING_END);
  }

  #complete(finish: FinishReason): void {
    this.#endReasoning();
    // A model that only thought has answered in its thoughts.
    if (!this.#hasText) this.#append(this.#stops.push(this.#reasoning));
    this.#append(this.#stops.end());
    if (this.#half !== '') this.#answer.append(this.#half);
    this.#finish = this.#stops.hit ? 'stop' : finish;
  }

  /** Appends whole characters only: half of one would end the stream at FastChat. */
  #append(text: string): boolean {
    const whole = this.#half + text;
    const last = whole.charCodeAt(whole.length - 1);
    const splits = last >= 0xd800 && last <= 0xdbff;
    this.#half = splits ? whole.slice(-1) : '';
    const certain = splits ? whole.slice(0, -1) : whole;
    if (certain !== '') this.#answer.append(certain);
    return certain !== '';
  }
}
