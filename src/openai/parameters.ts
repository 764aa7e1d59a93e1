// Turns the fields of a request into what the port asks of a model.

import { defined } from '../lib/defined.ts';
import type { ChatRequest, ThinkingWish } from '../model/chat-model.ts';
import type { ChatCompletionRequest } from './chat-request.ts';

/** All but the messages; what a request does not say stays absent. */
export function chatParameters(body: ChatCompletionRequest): Omit<ChatRequest, 'messages'> {
  const { stop, user, do_sample: samples, tools = [] } = body;
  const hasTools = tools.length > 0 && body.tool_choice !== 'none';
  return defined<Omit<ChatRequest, 'messages'>>({
    temperature: samples === false ? 0 : body.temperature,
    topP: body.top_p,
    maxTokens: body.max_completion_tokens ?? body.max_tokens,
    stop,
    tools: hasTools ? tools : undefined,
    toolStream: hasTools ? body.tool_stream : undefined,
    format: isJson(body) ? 'json' : undefined,
    thinking: thinkingWish(body),
    userId: user,
  });
}

function isJson({ response_format: format }: ChatCompletionRequest): boolean {
  return format !== undefined && format.type !== 'text';
}

/** Undefined where the request leaves it to the model's settings. */
function thinkingWish({
  thinking,
  reasoning_effort: effort,
}: ChatCompletionRequest): ThinkingWish | undefined {
  const switched = thinking?.type === undefined ? undefined : thinking.type === 'enabled';
  const clears = thinking?.clear_thinking;
  const wish = defined<ThinkingWish>({
    enabled: switched ?? (effort === 'none' ? false : undefined),
    effort,
    readsEarlier: clears === undefined ? undefined : !clears,
  });
  return Object.keys(wish).length > 0 ? wish : undefined;
}
