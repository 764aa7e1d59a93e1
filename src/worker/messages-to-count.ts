// All that a model reads of a request, as messages whose tokens can be counted.

import type { ChatMessage, ChatRequest } from '../model/chat-model.ts';

/** Calls of tools are taken for text of their turn, and the tools for one more message. */
export function messagesToCount({ messages, tools }: ChatRequest): readonly ChatMessage[] {
  const told = messages.map(withCalls);
  return tools === undefined ? told : [{ role: 'system', content: JSON.stringify(tools) }, ...told];
}

function withCalls(message: ChatMessage): ChatMessage {
  if (message.role !== 'assistant' || message.toolCalls === undefined) return message;
  const calls = message.toolCalls.map(({ name, arguments: given }) => `${name} ${given}`);
  return { ...message, content: [message.content, ...calls].join('\n') };
}
