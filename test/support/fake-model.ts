// Models that do as a test tells them, so that the worker can be tested without any HTTP.

import type { ChatDelta, ChatModel, ChatRequest, ChatStream } from '../../src/model/chat-model.ts';
import type {
  EmbeddingBatch,
  EmbeddingLimits,
  EmbeddingModel,
} from '../../src/model/embedding-model.ts';

/** What an answer does next: says something, fails, or waits for something. */
export type Step = Partial<ChatDelta> | Error | Promise<unknown>;

/** An answer that says `text` and finishes. */
export function saying(text: string, more: Partial<ChatDelta> = {}): readonly Step[] {
  return [{ text }, { finish: 'stop', ...more }];
}

/** Plays its answers in turn, one per request; after the last one it fails. */
export class FakeChat implements ChatModel {
  readonly #answers: (readonly Step[])[];
  /** What was asked, in order. */
  readonly asked: ChatRequest[] = [];
  /** For how long deltas were to coalesce, each time that was asked. */
  readonly gathered: number[] = [];
  /** How many answers have been left or played to their end. */
  closed = 0;

  constructor(...answers: readonly (readonly Step[])[]) {
    this.#answers = [...answers];
  }

  chat(request: ChatRequest, signal: AbortSignal): ChatStream {
    const number = this.asked.push(request);
    const answer = this.#answers.shift() ?? [new Error('no answer left')];
    const steps = this.#play(answer, signal);
    return {
      response: null,
      upstreamRequestId: `upstream-${number}`,
      coalesce: (ms) => this.gathered.push(ms),
      [Symbol.asyncIterator]: () => steps,
    };
  }

  async *#play(answer: readonly Step[], signal: AbortSignal): AsyncGenerator<ChatDelta> {
    try {
      for (const step of answer) {
        signal.throwIfAborted();
        if (step instanceof Error) throw step;
        if (step instanceof Promise) await orAbort(step, signal);
        else yield { reasoning: '', text: '', finish: null, usage: null, ...step };
      }
    } finally {
      this.closed++;
    }
  }
}

/** Embeds as `answer` says; without one each text becomes its length, one token each. */
export class FakeEmbeddings implements EmbeddingModel {
  readonly limits: EmbeddingLimits;
  readonly #answer: (inputs: readonly string[], number: number) => Promise<EmbeddingBatch>;
  dimensions: readonly number[] | null = null;
  /** The length that each request wanted. */
  readonly wanted: (number | undefined)[] = [];
  /** The inputs of each request, in order. */
  readonly asked: (readonly string[])[] = [];
  /** Requests under way now, and the most at once. */
  running = 0;
  peak = 0;
  /** Requests that were cancelled. */
  cancelled = 0;

  /** @param answer is given the inputs and the number of the request, counted from 1 */
  constructor(
    limits: Partial<EmbeddingLimits> = {},
    answer: (inputs: readonly string[], number: number) => Promise<EmbeddingBatch> = lengths,
  ) {
    this.limits = { batchItems: 64, itemTokens: 3072, batchTokens: null, ...limits };
    this.#answer = answer;
  }

  async embed(
    inputs: readonly string[],
    signal: AbortSignal,
    dimensions?: number,
  ): Promise<EmbeddingBatch> {
    this.wanted.push(dimensions);
    const number = this.asked.push(inputs);
    this.peak = Math.max(this.peak, ++this.running);
    try {
      return await orAbort(this.#answer(inputs, number), signal);
    } catch (error) {
      if (signal.aborted) this.cancelled++;
      throw error;
    } finally {
      this.running--;
    }
  }
}

async function lengths(inputs: readonly string[]): Promise<EmbeddingBatch> {
  return { vectors: inputs.map((input) => `[${input.length}]`), tokens: inputs.length };
}

/** What `promise` gives, or the signal's reason as soon as it aborts. */
async function orAbort<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  let onAbort = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
