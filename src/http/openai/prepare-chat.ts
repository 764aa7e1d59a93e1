// Prepares a chat for the worker from what an OpenAI client sent.

import { Failure } from '../../failure/failure.ts';
import { exceedsWindow } from '../../model/window.ts';
import type { ChatCompletionRequest } from '../../openai/chat-request.ts';
import { chatMessages, imagesOf, unitsOf } from '../../openai/messages.ts';
import { chatParameters } from '../../openai/parameters.ts';
import { withSchema } from '../../openai/response-format.ts';
import { checkImages } from '../../worker/images.ts';
import type { PreparedChat } from '../../worker/prepared-chat.ts';
import type { ServedModel } from '../../worker/served-models.ts';

/**
 * @throws Failure when the conversation has nothing in it or is too long for certain, or an image does
 *   not fit the model
 */
export async function prepareChat(
  body: ChatCompletionRequest,
  { vision, windowTokens }: Pick<ServedModel, 'vision' | 'windowTokens'>,
): Promise<PreparedChat> {
  const images = await checkImages(imagesOf(body.messages), vision);
  const messages = chatMessages(body.messages, images);
  if (exceedsWindow(unitsOf(messages), windowTokens)) throw new Failure('context_overflow');
  const { response_format: format } = body;
  return {
    request: { ...chatParameters(body), messages: await withSchema(messages, format) },
    showReasoning: true,
    reasoningAsText: false,
    showToolCalls: true,
    mayEndBlocked: true,
    checkJson: format?.type === 'json_schema',
  };
}
