// Spells the messages of a conversation as GLM's endpoints take them.

import type { ChatMessage, Content, ToolCall } from '../model/chat-model.ts';

/** Fields of a request body. */
export type Fields = Readonly<Record<string, unknown>>;

/** A message as GLM spells it. */
export function wireMessage(message: ChatMessage): Fields {
  const { role } = message;
  const content = wireContent(message.content);
  if (role === 'tool') return { role, content, tool_call_id: message.toolCallId };
  if (role !== 'assistant') return { role, content };
  const { reasoning = '', toolCalls = [] } = message;
  return {
    ...{ role, content },
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls.map(wireCall) }),
  };
}

function wireContent(content: Content): unknown {
  if (typeof content === 'string') return content;
  return content.map((part) =>
    part.type === 'text' ? part : { type: 'image_url', image_url: { url: imageUrl(part.url) } },
  );
}

function wireCall({ id, name, arguments: given }: ToolCall): Fields {
  return { id, type: 'function', function: { name, arguments: given } };
}

/** GLM takes addresses and bare base64; its own SDK strips what a data URL has in front. */
function imageUrl(url: string): string {
  return url.startsWith('data:') ? url.slice(url.indexOf(',') + 1) : url;
}
