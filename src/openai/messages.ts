// Turns the messages of a request into those of the port.

import { Failure } from '../failure/failure.ts';
import type { ChatMessage, Content, ContentPart } from '../model/chat-model.ts';
import type { Message, Part } from './message-schema.ts';

/** Stands for a tool's result with nothing in it, which a model refuses. */
const NO_OUTPUT = '(no output)';

/** The pictures of a conversation as its caller gave them, in their order. */
export function imagesOf(messages: readonly Message[]): readonly string[] {
  return messages
    .flatMap(({ content }): readonly Part[] => (typeof content === 'object' ? content : []))
    .flatMap((part) => (part.type === 'image' ? part.url : []));
}

/**
 * The messages that a model is asked with. Blank ones are left out, because models refuse them.
 * @param images as many as `imagesOf` gives, in the same order, found fit for the model
 * @throws Failure `conversation_empty` when nothing is left
 */
export function chatMessages(
  messages: readonly Message[],
  images: readonly string[],
): readonly ChatMessage[] {
  const left = images.values();
  const said = messages.map((message) => chatMessage(message, left));
  return withQuestion(said.filter((message) => message !== null));
}

/** Null for a blank one. */
function chatMessage(message: Message, images: Iterator<string>): ChatMessage | null {
  const content = contentOf(message.content ?? '', images);
  switch (message.role) {
    case 'tool':
      // Tools give no pictures.
      return {
        role: 'tool',
        content: String(content) || NO_OUTPUT,
        toolCallId: message.tool_call_id,
      };
    case 'assistant':
      return assistantMessage(message, content);
    case 'user':
      return content === '' ? null : { role: 'user', content };
    default:
      return content === '' ? null : { role: 'system', content };
  }
}

function assistantMessage(
  {
    reasoning,
    reasoning_content: thought = reasoning,
    tool_calls: calls = [],
  }: Message & {
    role: 'assistant';
  },
  content: Content,
): ChatMessage | null {
  if (content === '' && calls.length === 0) return null;
  const toolCalls = calls.map(({ id, function: { name, arguments: given } }) => ({
    ...{ id, name },
    arguments: given,
  }));
  return {
    ...{ role: 'assistant', content },
    ...(thought !== undefined && { reasoning: thought }),
    ...(toolCalls.length > 0 && { toolCalls }),
  };
}

/** Parts without pictures become one text, which every model takes; '' for nothing but blanks. */
function contentOf(content: string | readonly Part[], images: Iterator<string>): Content {
  if (typeof content === 'string') return isBlank(content) ? '' : content;
  const parts = content.flatMap((part): ContentPart[] => {
    if (part.type === 'text') return isBlank(part.text) ? [] : [part];
    return [{ type: 'image', url: images.next().value }];
  });
  const texts = parts.filter((part) => part.type === 'text');
  return texts.length < parts.length ? parts : texts.map(({ text }) => text).join('\n');
}

/**
 * A conversation in which somebody but the model has the word, as models demand: callers may put all
 * they have to say into the system message, or begin with an answer.
 */
function withQuestion(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const [first] = messages;
  if (messages.some(({ role }) => role === 'user' || role === 'tool')) return messages;
  if (first === undefined || first.content === '') throw new Failure('conversation_empty');
  return [{ role: 'user', content: first.content }, ...messages.slice(1)];
}

function isBlank(text: string): boolean {
  return !/\S/.test(text);
}

/** UTF-16 units of the texts of a conversation. */
export function unitsOf(messages: readonly ChatMessage[]): number {
  const unitsIn = ({ content }: ChatMessage) => {
    if (typeof content === 'string') return content.length;
    return content.reduce((sum, part) => sum + (part.type === 'text' ? part.text.length : 0), 0);
  };
  return messages.reduce((sum, message) => sum + unitsIn(message), 0);
}
