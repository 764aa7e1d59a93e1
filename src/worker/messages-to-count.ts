// All that a model reads of a request, as messages whose tokens can be counted.

import { jsonText } from '../lib/json-bytes.ts';
import type { ChatMessage, ChatRequest } from '../model/chat-model.ts';

/** Calls of tools are taken for text of their turn, and the tools for one more message. */
export async function messagesToCount({
  messages,
  tools,
}: ChatRequest): Promise<readonly ChatMessage[]> {
  const told = messages.map(withCalls);
  if (tools === undefined) return told;
  return [{ role: 'system', content: await jsonText(tools) }, ...told];
}

function withCalls(message: ChatMessage): ChatMessage {
  if (message.role !== 'assistant' || message.toolCalls === undefined) return message;
  const calls = message.toolCalls.map(({ name, arguments: given }) => `${name} ${given}`);
  return { ...message, content: [message.content, ...calls].join('\n') };
}
