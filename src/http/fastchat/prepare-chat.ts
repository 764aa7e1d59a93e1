// Prepares a chat for the worker from what a FastChat caller sent: a prompt, images, parameters.

import { samplingParameters } from '../../fastchat/parameters.ts';
import { TEMPLATE_STOP } from '../../fastchat/prompt/conversation.ts';
import { readPrompt } from '../../fastchat/prompt/messages.ts';
import type { PromptFormat } from '../../fastchat/prompt/prompt-format.ts';
import type { GenerateRequest } from '../../fastchat/requests.ts';
import { checkImages } from '../../worker/images.ts';
import type { PreparedChat } from '../../worker/prepared-chat.ts';
import type { ServedModel } from '../../worker/served-models.ts';

/** What this door needs to understand a prompt and to show an answer. */
export interface FastChatOptions {
  readonly format: PromptFormat;
  /** Whether callers get to read what models reason, as `<think>…</think>` before the answer. */
  readonly showReasoning: boolean;
  /**
   * How a stream tells of its failure: as a `frame` with FastChat's code, or as `text` of an answer
   * that ends, for callers who show nothing of an error.
   */
  readonly errors: 'frame' | 'text';
}

/** What is needed to understand a prompt. */
export type PromptOptions = Pick<FastChatOptions, 'format' | 'showReasoning'>;

export interface PreparedPrompt extends PreparedChat {
  /** What the answer begins with: the prompt of a completion that asked for `echo`, else ''. */
  readonly prefix: string;
}

/**
 * @throws Failure when the prompt has nothing in it or is too long for certain, or an image does not
 *   fit the model
 */
export async function prepareChat(
  request: GenerateRequest,
  { vision, windowTokens }: ServedModel,
  { format, showReasoning }: PromptOptions,
): Promise<PreparedPrompt> {
  const { prompt } = request;
  const images = await checkImages(request.images, vision);
  const reading = { showReasoning, windowTokens };
  const { messages, isCompletion } = readPrompt({ prompt, images }, format, reading);
  const stop = request.stop.filter((one) => one !== TEMPLATE_STOP);
  return {
    request: { ...samplingParameters(request), messages, stop },
    showReasoning,
    reasoningAsText: true,
    prefix: isCompletion && request.echo === true ? prompt : '',
  };
}
