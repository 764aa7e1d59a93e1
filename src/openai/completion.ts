// The reply to a chat that is not streamed, gathered from the pieces of the answer.

import type { FinishReason, ToolCall, ToolCallPiece, Usage } from '../model/chat-model.ts';
import type { ReplyHead } from './chunks.ts';
import { wireUsage } from './usage.ts';

/** A piece of an answer. */
export interface AnswerPiece {
  readonly reasoning: string;
  readonly text: string;
  readonly toolCalls?: readonly ToolCallPiece[];
  readonly finish: FinishReason | null;
  readonly usage: Usage;
}

export class Completion {
  #reasoning = '';
  #text = '';
  readonly #calls = new Map<number, ToolCall>();
  #last: AnswerPiece | null = null;

  add(piece: AnswerPiece): void {
    this.#reasoning += piece.reasoning;
    this.#text += piece.text;
    for (const call of piece.toolCalls ?? []) this.#addCall(call);
    this.#last = piece;
  }

  /** The reply, once the last piece has been added. */
  reply({ id, created, model }: ReplyHead): object {
    const choice = {
      ...{ index: 0, message: this.#message(), logprobs: null },
      finish_reason: this.#last?.finish ?? null,
    };
    const usage = this.#last !== null && { usage: wireUsage(this.#last.usage) };
    return { id, object: 'chat.completion', created, model, choices: [choice], ...usage };
  }

  #message(): object {
    const calls = [...this.#calls].toSorted(([one], [other]) => one - other);
    const content = this.#text === '' && calls.length > 0 ? null : this.#text;
    return {
      ...{ role: 'assistant', content },
      ...(this.#reasoning !== '' && { reasoning_content: this.#reasoning }),
      ...(calls.length > 0 && { tool_calls: calls.map(([, call]) => wireCall(call)) }),
    };
  }

  #addCall({ index, id = '', name = '', arguments: given }: ToolCallPiece): void {
    const call = this.#calls.get(index) ?? { id, name, arguments: '' };
    this.#calls.set(index, { ...call, arguments: call.arguments + given });
  }
}

function wireCall({ id, name, arguments: given }: ToolCall): object {
  return { id, type: 'function', function: { name, arguments: given } };
}
