// Counts the tokens of conversations: estimated here, or asked of the provider and remembered.

import { createHash } from 'node:crypto';
import { serialize } from 'node:v8';
import type { Clock } from '../lib/clock.ts';
import { ownTurn } from '../lib/own-turn.ts';
import type { ChatMessage, Tokenizer } from '../model/chat-model.ts';
import { messageOverhead, TokenCalibration } from './token-calibration.ts';
import { TokenMeter } from './token-estimate.ts';

/** Longest wait for the provider's count, in milliseconds: FastChat asks before every chat. */
const EXACT_TIMEOUT_MS = 2000;

/** Exact counts that are remembered; each is a hash and a number. */
const REMEMBERED = 1000;

/** Exact counts that are asked for at once: they are outside of all limits for answers. */
const ASKED_AT_ONCE = 8;

/** Longer conversations, in UTF-16 units, are estimated: to send them takes longer than to count. */
const LONGEST_ASKED = 500_000;

/** UTF-16 units of a piece, and pieces that are passed without a pause: 2 to 5 milliseconds' worth. */
const PIECE = 512;
const PIECES_AT_ONCE = 1024;

/**
 * UTF-16 units that are counted at most, of a longer conversation in pieces from all of it. To count
 * everything would cost 4 to 9 milliseconds per MB for a last percent: mixtures of prose, code and tables
 * of 0.5 to 16 million units are told within 1.3 % so, and within 0.5 % in the mean.
 */
const MOST_COUNTED = 256 * 1024;

/** Its multiples, less their whole parts, are spread evenly and in step with nothing that repeats. */
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

/** An estimate before any correction, which is what `learn` has to be told. */
export type RawEstimate = number;

/** A model as far as counting goes. */
export interface CountedModel {
  readonly upstreamModel: string;
  /** Null = there is only the estimate. */
  readonly tokenizer: Tokenizer | null;
}

export class TokenCounter {
  readonly #calibration = new TokenCalibration();
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #exact = new Map<string, Promise<number>>();
  #asking = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Tokens of a conversation as they are estimated without what has been learned. Others run in
   * between when it is long.
   */
  async estimate(messages: readonly ChatMessage[]): Promise<RawEstimate> {
    const texts = messages.map(textOf);
    const units = unitsOf(texts);
    const part = MOST_COUNTED / units;
    let [tokens, counted, number] = [0, 0, 0];
    for (const text of texts) {
      const meter = new TokenMeter();
      for (let at = 0; at < text.length; at += PIECE) {
        if (number % PIECES_AT_ONCE === PIECES_AT_ONCE - 1) await ownTurn();
        if ((number++ * GOLDEN_RATIO) % 1 > part) continue;
        const piece = text.slice(at, at + PIECE);
        meter.add(piece);
        counted += piece.length;
      }
      tokens += meter.tokens;
    }
    const share = counted === 0 ? 1 : units / counted;
    return messageOverhead(messages.length) + Math.round(tokens * share);
  }

  /** The best estimate for a model. */
  correct(upstreamModel: string, estimate: RawEstimate): number {
    return this.#calibration.correct(upstreamModel, estimate);
  }

  /** Takes note of what the provider counted, of messages that are text only. */
  learn(upstreamModel: string, estimate: RawEstimate, counted: number): void {
    this.#calibration.observe(upstreamModel, estimate, counted);
  }

  /** The provider's count where it comes in time, else the estimate. Never fails. */
  async count(model: CountedModel, messages: readonly ChatMessage[]): Promise<number> {
    const { upstreamModel, tokenizer } = model;
    if (tokenizer !== null && unitsOf(messages.map(textOf)) <= LONGEST_ASKED) {
      try {
        const exact = await this.#remembered(upstreamModel, tokenizer, messages);
        if (exact !== null) return exact;
      } catch {
        // The estimate is good enough, and a refusal here would be a 500 for the end user.
      }
    }
    return this.correct(upstreamModel, await this.estimate(messages));
  }

  /** One request per conversation, however many ask at once; null = too many are under way. */
  #remembered(
    model: string,
    tokenizer: Tokenizer,
    messages: readonly ChatMessage[],
  ): Promise<number> | null {
    // Copies texts as they are: JSON takes 60 ms where they are all halves of surrogate pairs.
    const bytes = serialize([model, messages]);
    const key = createHash('sha256').update(bytes).digest('base64');
    const known = this.#exact.get(key);
    if (known !== undefined) return known;
    if (this.#asking >= ASKED_AT_ONCE) return null;
    const count = this.#ask(tokenizer, messages);
    this.#exact.set(key, count);
    count.catch(() => this.#exact.delete(key));
    const [oldest] = this.#exact.keys();
    if (this.#exact.size > REMEMBERED && oldest !== undefined) this.#exact.delete(oldest);
    return count;
  }

  async #ask(tokenizer: Tokenizer, messages: readonly ChatMessage[]): Promise<number> {
    const tooLate = new AbortController();
    const cancel = this.#clock.after(EXACT_TIMEOUT_MS, () => tooLate.abort(new TooLate()));
    this.#asking += 1;
    try {
      return await tokenizer.count(messages, tooLate.signal);
    } finally {
      this.#asking -= 1;
      cancel();
    }
  }
}

function textOf({ content }: ChatMessage): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

function unitsOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}

/** Ends a request whose answer would come too late. */
class TooLate extends Error {}
