// Makes the messages for a model from the prompt that FastChat flattened them into.

import { Failure } from '../../failure/failure.ts';
import type { ChatMessage, ContentPart } from '../../model/chat-model.ts';
import type { Conversation } from './conversation.ts';
import { placeImages, type TurnWithParts } from './images.ts';
import { type PromptFormat, StaleTemplateError } from './prompt-format.ts';

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

/** What of a request makes the messages. */
export interface PromptSource {
  readonly prompt: string;
  /** Addresses or data URLs, already found fit for the model. */
  readonly images: readonly string[];
}

/**
 * Reads a prompt. Blank turns are left out, because GLM refuses them.
 * @throws Failure `conversation_empty` when no user turn has anything in it, or `template_stale`
 */
export function readPrompt({ prompt, images }: PromptSource, format: PromptFormat): PromptReading {
  const conversation = decode(prompt, format);
  const isCompletion = conversation === null;
  const turns = conversation ?? asQuestion(prompt);
  return { messages: messagesOf(turns, images), isCompletion };
}

/**
 * The messages of a prompt for counting, where nothing is an error. Text that is no conversation is
 * counted as it is, without what a completion adds to it: whoever asks wants to know of the text.
 */
export function messagesToCount(prompt: string, format: PromptFormat): readonly ChatMessage[] {
  try {
    const conversation = format.decode(prompt);
    if (conversation !== null) return messagesOf(conversation, []);
  } catch {
    // A stale template or a conversation without a user turn still has a length.
  }
  return [{ role: 'user', content: prompt }];
}

function decode(prompt: string, format: PromptFormat): Conversation | null {
  try {
    return format.decode(prompt);
  } catch (error) {
    if (error instanceof StaleTemplateError) throw new Failure('template_stale');
    throw error;
  }
}

function asQuestion(prompt: string): Conversation {
  const content = isBlank(prompt) ? '' : `${CONTINUE}\n\n${prompt}`;
  return { system: '', turns: [{ role: 'user', content }] };
}

function messagesOf({ system, turns }: Conversation, images: readonly string[]): ChatMessage[] {
  const spoken = placeImages(turns, images).filter(({ parts }) => !parts.every(isBlankPart));
  if (!spoken.some(({ role }) => role === 'user')) throw new Failure('conversation_empty');
  const messages = spoken.map(({ role, parts }) => ({ role, content: contentOf(parts) }));
  return isBlank(system) ? messages : [{ role: 'system', content: system }, ...messages];
}

/** A turn without pictures stays one text, which every model takes. */
function contentOf(parts: TurnWithParts['parts']): ChatMessage['content'] {
  const [first] = parts;
  if (parts.length === 1 && first?.type === 'text') return first.text;
  return parts
    .filter((part) => !isBlankPart(part))
    .map((part): ContentPart => (part.type === 'text' ? part : { type: 'image', url: part.image }));
}

function isBlankPart(part: TurnWithParts['parts'][number]): boolean {
  return part.type === 'text' && isBlank(part.text);
}

function isBlank(text: string): boolean {
  return !/\S/.test(text);
}
