// Reads the chunks of an OpenAI-like chat stream, which come in more shapes than any page admits.

import type { ChatResponse, Usage } from '../model/chat-model.ts';
import { fieldsOf } from './fields.ts';

/** One event of a stream, reduced to what can matter. */
export interface ChatChunk {
  readonly text: string;
  readonly reasoning: string;
  /** Pieces of tool calls, as they were sent. */
  readonly toolCalls: readonly unknown[];
  /** The provider's own word, or null while the answer goes on. */
  readonly finishReason: string | null;
  readonly usage: Usage | null;
  /** The provider's name for the request. */
  readonly requestId: string | null;
}

/** Text of a `content`: a string, a list of text parts (GLM-4V), or null (tool calls). */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => textOf(fieldsOf(part)['text'])).join('');
}

/** More tokens than any request can have; larger numbers are no count, and JSON may write them `1e300`. */
export const LARGEST_COUNT = 2 ** 31 - 1;

/** Whole, finite and not negative, whatever was written: callers refuse anything else. */
function count(value: unknown): number {
  return typeof value === 'number' && value > 0 && value <= LARGEST_COUNT ? Math.round(value) : 0;
}

/** A `usage` as whole numbers, the details as far as they are told; null when there is none. */
export function usageOf(value: unknown): Usage | null {
  if (typeof value !== 'object' || value === null) return null;
  const usage = fieldsOf(value);
  const promptTokens = count(usage['prompt_tokens']);
  const completionTokens = count(usage['completion_tokens']);
  const totalTokens = count(usage['total_tokens']) || promptTokens + completionTokens;
  const cached = fieldsOf(usage['prompt_tokens_details'])['cached_tokens'];
  const reasoning = fieldsOf(usage['completion_tokens_details'])['reasoning_tokens'];
  return {
    ...{ promptTokens, completionTokens, totalTokens },
    ...(typeof cached === 'number' && { cachedTokens: count(cached) }),
    ...(typeof reasoning === 'number' && { reasoningTokens: count(reasoning) }),
  };
}

/** Longest name of an answer or a model that is kept, in UTF-16 units. */
const NAME_LIMIT = 128;

/** What an event says of the answer that it is a piece of. */
export function responseOf(event: unknown): ChatResponse {
  const { id, model } = fieldsOf(event);
  return { id: nameOf(id), model: nameOf(model) };
}

function nameOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= NAME_LIMIT ? value : null;
}

/** The same list for all chunks without calls. */
const NO_CALLS: readonly unknown[] = [];

/**
 * Reads one parsed event. Unknown fields, missing lists and nulls are all fine: there are chunks with
 * `choices: null`, with a role only, with usage only. Not zod, because this runs per token.
 */
export function readChunk(event: unknown): ChatChunk {
  const chunk = fieldsOf(event);
  const choices = chunk['choices'];
  const choice = fieldsOf(Array.isArray(choices) ? choices[0] : undefined);
  const delta = fieldsOf(choice['delta'] ?? choice['message']);
  const finishReason = choice['finish_reason'];
  const requestId = chunk['request_id'] ?? chunk['id'];
  const calls = delta['tool_calls'];
  return {
    text: textOf(delta['content']),
    reasoning: textOf(delta['reasoning_content']),
    toolCalls: Array.isArray(calls) ? calls : NO_CALLS,
    finishReason: typeof finishReason === 'string' && finishReason !== '' ? finishReason : null,
    usage: usageOf(chunk['usage']),
    requestId: typeof requestId === 'string' && requestId !== '' ? requestId : null,
  };
}
