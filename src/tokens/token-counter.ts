// Counts the tokens of conversations: estimated here, or asked of the provider and remembered.

import { createHash } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import type { ChatMessage, Tokenizer } from '../model/chat-model.ts';
import { messageOverhead, TokenCalibration } from './token-calibration.ts';
import { estimateTokens } from './token-estimate.ts';

/** Longest wait for the provider's count, in milliseconds: FastChat asks before every chat. */
const EXACT_TIMEOUT_MS = 2000;

/** Exact counts that are remembered; each is a hash and a number. */
const REMEMBERED = 1000;

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

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Tokens of a conversation as they are estimated without what has been learned. */
  estimate(messages: readonly ChatMessage[]): RawEstimate {
    const overhead = messageOverhead(messages.length);
    return messages.reduce((sum, { content }) => sum + estimateTokens(textOf(content)), overhead);
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
    if (model.tokenizer !== null) {
      try {
        return await this.#remembered(model.upstreamModel, model.tokenizer, messages);
      } catch {
        // The estimate is good enough, and a refusal here would be a 500 for the end user.
      }
    }
    return this.correct(model.upstreamModel, this.estimate(messages));
  }

  /** One request per conversation, however many ask at once. */
  #remembered(
    model: string,
    tokenizer: Tokenizer,
    messages: readonly ChatMessage[],
  ): Promise<number> {
    const text = JSON.stringify([model, messages]);
    const key = createHash('sha256').update(text).digest('base64');
    const known = this.#exact.get(key);
    if (known !== undefined) return known;
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
    try {
      return await tokenizer.count(messages, tooLate.signal);
    } finally {
      cancel();
    }
  }
}

function textOf(content: ChatMessage['content']): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

/** Ends a request whose answer would come too late. */
class TooLate extends Error {}
