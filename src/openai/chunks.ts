// The events of a streamed chat completion.

import type { Failure } from '../failure/failure.ts';
import type { FinishReason, ToolCallPiece, Usage } from '../model/chat-model.ts';
import { errorBody } from './errors.ts';
import { wireUsage } from './usage.ts';

/** What all chunks of an answer, or the one reply, have in common. */
export interface ReplyHead {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  /** The name that was asked for. */
  readonly model: string;
}

/** What a chunk adds to the answer. */
export interface ChunkDelta {
  readonly role?: 'assistant';
  readonly content?: string;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly object[];
}

/** The last event of an answer that is complete. */
export const DONE = 'data: [DONE]\n\n';

/** A comment, which parsers of events leave out. */
export const KEEP_ALIVE = ': keep-alive\n\n';

/** The last event of an answer that failed. */
export function errorEvent(failure: Failure): string {
  return eventOf(JSON.stringify(errorBody(failure)));
}

export class Chunks {
  readonly #head: string;
  readonly #withUsage: boolean;

  /** @param withUsage whether the tokens are told in the end; all chunks before then have none */
  constructor({ id, created, model }: ReplyHead, withUsage: boolean) {
    const head = JSON.stringify({ id, object: 'chat.completion.chunk', created, model });
    this.#head = head.slice(0, -1);
    this.#withUsage = withUsage;
  }

  chunk(delta: ChunkDelta, finish: FinishReason | null = null): string {
    const choice = { index: 0, delta, logprobs: null, finish_reason: finish };
    const usage = this.#withUsage ? ',"usage":null' : '';
    return eventOf(`${this.#head},"choices":[${JSON.stringify(choice)}]${usage}}`);
  }

  /** What follows the last chunk of the answer; '' where nobody asked for the tokens. */
  usage(usage: Usage): string {
    if (!this.#withUsage) return '';
    return eventOf(`${this.#head},"choices":[],"usage":${JSON.stringify(wireUsage(usage))}}`);
  }
}

/** A piece of a tool call; only the first one of a call names it. */
export function wirePiece({ index, id, name, arguments: given }: ToolCallPiece): object {
  if (id === undefined) return { index, function: { arguments: given } };
  return { index, id, type: 'function', function: { name, arguments: given } };
}

function eventOf(data: string): string {
  return `data: ${data}\n\n`;
}
