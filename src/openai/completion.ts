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
  #finish: FinishReason | null = null;
  #usage: Usage = { promptTokens: 0, completionTokens: 0, totalTokens: 0 };

  add({ reasoning, text, toolCalls = [], finish, usage }: AnswerPiece): void {
    this.#reasoning += reasoning;
    this.#text += text;
    for (const call of toolCalls) this.#addCall(call);
    this.#finish = finish;
    this.#usage = usage;
  }

  /** The reply, once the last piece has been added. */
  reply({ id, created, model }: ReplyHead): object {
    const message = this.#message();
    const choice = { index: 0, message, logprobs: null, finish_reason: this.#finish };
    return {
      ...{ id, object: 'chat.completion', created, model },
      choices: [choice],
      usage: wireUsage(this.#usage),
    };
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
