// Makes the messages for a model from the prompt that FastChat flattened them into.

import { Failure } from '../../failure/failure.ts';
import type { ChatMessage, ContentPart } from '../../model/chat-model.ts';
import { type Conversation, SYSTEM_MESSAGE } from './conversation.ts';
import { placeImages, type TurnWithParts } from './images.ts';
import { type PromptFormat, StaleTemplateError } from './prompt-format.ts';

export interface PromptReading {
  readonly messages: readonly ChatMessage[];
  /** Whether the prompt is plain text that somebody wrote, not a conversation. */
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
 * @throws Failure `conversation_empty` when there is nothing to answer, or `template_stale`
 */
export function readPrompt({ prompt, images }: PromptSource, format: PromptFormat): PromptReading {
  const conversation = decode(prompt, format);
  const isCompletion = conversation === null;
  const turns = conversation ?? asQuestion(prompt);
  return { messages: messagesOf(turns, images), isCompletion };
}

/**
 * The messages of a prompt for counting, where nothing is an error.
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

/** Text that is no conversation is sent as it is: whoever wrote it knows what it should say. */
function asQuestion(prompt: string): Conversation {
  return { system: '', turns: [{ role: 'user', content: prompt }] };
}

function messagesOf({ system, turns }: Conversation, images: readonly string[]): ChatMessage[] {
  const spoken = placeImages(turns, images).filter(({ parts }) => !parts.every(isBlankPart));
  const messages = spoken.map(({ role, parts }) => ({ role, content: contentOf(parts) }));
  const told: ChatMessage[] = isBlank(system) ? [] : [{ role: 'system', content: system }];
  if (messages.some(({ role }) => role === 'user')) return [...told, ...messages];
  return asUser(system, messages, images);
}

/**
 * GLM refuses what nobody asks. Langchain-Chatchat's agents put all of their prompt, the question
 * included, into one system message, so that is the question; the template's own text is none.
 */
function asUser(
  system: string,
  spoken: readonly ChatMessage[],
  images: readonly string[],
): ChatMessage[] {
  if (isBlank(system) || system === SYSTEM_MESSAGE) throw new Failure('conversation_empty');
  const pictures = images.map((url): ContentPart => ({ type: 'image', url }));
  const text: ContentPart = { type: 'text', text: system };
  const content = pictures.length === 0 ? system : [...pictures, text];
  return [{ role: 'user', content }, ...spoken];
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
