// Makes the messages for a model from the prompt that FastChat flattened them into.

import type { ChatMessage } from '../model/chat-model.ts';
import type { Markers } from '../protocol/conversation.ts';
import { type Conversation, decodePrompt } from '../protocol/prompt.ts';
import { Failure } from './failure.ts';

/**
 * What a completion asks for. The text itself follows after a blank line, so that whatever it holds
 * stands at the end, where a model continues it best.
 */
const CONTINUE =
  '请直接续写下面的文本，只输出续写的内容，不要重复原文，不要解释。\n' +
  'Continue the text below. Reply with the continuation only, without repeating or explaining it.';

export interface PromptReading {
  readonly messages: readonly ChatMessage[];
  /** Whether the prompt is plain text to be continued, not a conversation. */
  readonly isCompletion: boolean;
}

/**
 * Reads a prompt. Blank turns are left out, because GLM refuses them.
 * @throws Failure `conversation_empty` when no user turn has any text
 */
export function readPrompt(prompt: string, markers: Markers): PromptReading {
  const conversation = decodePrompt(prompt, markers);
  if (conversation !== null) {
    return { messages: conversationMessages(conversation), isCompletion: false };
  }
  if (isBlank(prompt)) throw new Failure('conversation_empty');
  const content = `${CONTINUE}\n\n${prompt}`;
  return { messages: [{ role: 'user', content }], isCompletion: true };
}

function conversationMessages({ system, turns }: Conversation): ChatMessage[] {
  const spoken = turns.filter(({ content }) => !isBlank(content));
  if (!spoken.some(({ role }) => role === 'user')) throw new Failure('conversation_empty');
  return isBlank(system) ? spoken : [{ role: 'system', content: system }, ...spoken];
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}
