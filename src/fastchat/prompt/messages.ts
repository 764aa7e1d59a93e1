// Makes the messages for a model from the prompt that FastChat flattened them into.

import { Failure } from '../../failure/failure.ts';
import type { ChatMessage, ContentPart } from '../../model/chat-model.ts';
import { exceedsWindow } from '../../model/window.ts';
import { type Conversation, SYSTEM_MESSAGE, TooManyTurnsError, type Turn } from './conversation.ts';
import { placeImages, type TurnWithParts } from './images.ts';
import { type PromptFormat, StaleTemplateError } from './prompt-format.ts';

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

export interface ReadingOptions {
  /**
   * Whether earlier answers begin with `<think>…</think>`, because callers get to read what models
   * reason. GLM does not want that back, so it is left out.
   */
  readonly showReasoning: boolean;
  /** Tokens that the model reads at most: a prompt that is longer for certain is not decoded. */
  readonly windowTokens: number;
}

/**
 * Reads a prompt. Blank turns are left out, because GLM refuses them. Text that is no conversation
 * is one message of the user, as it is.
 * @throws Failure `conversation_empty` when nothing but blanks is left, `template_stale`, or
 *   `context_overflow` for more text or more turns than any model reads
 */
export function readPrompt(
  { prompt, images }: PromptSource,
  format: PromptFormat,
  options: ReadingOptions,
): PromptReading {
  if (cannotFit(prompt, options)) throw new Failure('context_overflow');
  const conversation = decode(prompt, format);
  const read = conversation ?? { system: '', turns: [{ role: 'user', content: prompt }] };
  return { messages: messagesOf(read, images, options), isCompletion: conversation === null };
}

/** The messages of a prompt for counting, where nothing is an error. */
export function messagesToCount(
  prompt: string,
  format: PromptFormat,
  options: ReadingOptions,
): readonly ChatMessage[] {
  try {
    const conversation = cannotFit(prompt, options) ? null : format.decode(prompt);
    if (conversation !== null) return messagesOf(conversation, [], options);
  } catch {
    // A stale template, too many turns and an empty conversation still have a length.
  }
  return [{ role: 'user', content: prompt }];
}

function cannotFit(prompt: string, { windowTokens }: ReadingOptions): boolean {
  return exceedsWindow(prompt.length, windowTokens);
}

function decode(prompt: string, format: PromptFormat): Conversation | null {
  try {
    return format.decode(prompt);
  } catch (error) {
    if (error instanceof StaleTemplateError) throw new Failure('template_stale');
    if (error instanceof TooManyTurnsError) throw new Failure('context_overflow');
    throw error;
  }
}

function messagesOf(
  conversation: Conversation,
  images: readonly string[],
  { showReasoning }: ReadingOptions,
): ChatMessage[] {
  const { system, turns } = withQuestion(conversation, images.length > 0);
  const said = showReasoning ? turns.map(withoutReasoning) : turns;
  // Without images the turns are messages already: there may be thousands.
  const messages: ChatMessage[] =
    images.length === 0
      ? said.filter(({ content }) => !isBlank(content))
      : placeImages(said, images).flatMap(messageOf);
  if (!isBlank(system)) messages.unshift({ role: 'system', content: system });
  return messages;
}

/**
 * A conversation in which the user says something, as models demand. Callers may put all they have
 * to say into the system text (Langchain-Chatchat's agents), or begin with an answer: then what
 * comes first is the question.
 */
function withQuestion({ system, turns }: Conversation, hasImages: boolean): Conversation {
  const isQuestion = ({ role, content }: Turn) =>
    role === 'user' && (hasImages || !isBlank(content));
  if (turns.some(isQuestion)) return { system, turns };
  const answers = turns.filter(({ content }) => !isBlank(content));
  const isOwn = !isBlank(system) && (system !== SYSTEM_MESSAGE || answers.length > 0);
  if (isOwn) return { system: '', turns: [{ role: 'user', content: system }, ...answers] };
  const [first, ...others] = answers;
  if (first !== undefined) return { system, turns: [{ ...first, role: 'user' }, ...others] };
  if (hasImages) return { system, turns: [{ role: 'user', content: '' }] };
  throw new Failure('conversation_empty');
}

const REASONING = /^\s*<think>/;
const REASONING_END = '</think>';

/** An answer without the reasoning it begins with; only what was closed is certain to be that. */
function withoutReasoning(turn: Turn): Turn {
  if (turn.role === 'user' || !REASONING.test(turn.content)) return turn;
  const end = turn.content.indexOf(REASONING_END);
  return end === -1 ? turn : { ...turn, content: turn.content.slice(end + REASONING_END.length) };
}

/** Blank texts are left out, and a turn of nothing else with them. */
function messageOf({ role, parts }: TurnWithParts): ChatMessage[] {
  const kept = parts.filter((part) => part.type === 'image' || !isBlank(part.text));
  const [first] = kept;
  if (first === undefined) return [];
  // A turn without pictures stays one text, which every model takes.
  if (parts.length === 1 && first.type === 'text') return [{ role, content: first.text }];
  const content = kept.map(
    (part): ContentPart => (part.type === 'text' ? part : { type: 'image', url: part.image }),
  );
  return [{ role, content }];
}

function isBlank(text: string): boolean {
  return !/\S/.test(text);
}
