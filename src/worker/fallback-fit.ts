// Decides whether another model can answer a chat that was prepared for the one that was asked.

import type { ChatRequest } from '../model/chat-model.ts';
import type { ServedModel } from './served-models.ts';

/**
 * @param promptTokens of the conversation, as the model is likely to count them
 * @returns whether it chats, calls tools and writes JSON where that is asked for, sees as many images as there
 *   are, and its window holds the conversation
 */
export function fits(
  { chat, vision, windowTokens, tools, json }: ServedModel,
  request: ChatRequest,
  promptTokens: number,
): boolean {
  if (chat === null || promptTokens > windowTokens) return false;
  if ((request.tools !== undefined && !tools) || (request.format === 'json' && !json)) return false;
  const images = request.messages
    .flatMap(({ content }) => (typeof content === 'string' ? [] : content))
    .filter((part) => part.type === 'image');
  if (images.length === 0) return true;
  if (vision === null || images.length > vision.maxImages) return false;
  return vision.inline || images.every(({ url }) => !url.startsWith('data:'));
}
