// A conversation, and the template with which FastChat renders one into a prompt.

/** One contribution to a conversation. */
export interface Turn {
  readonly role: 'user' | 'assistant';
  /** As the caller wrote it, byte for byte; may be empty. */
  readonly content: string;
}

export interface Conversation {
  readonly system: string;
  readonly turns: readonly Turn[];
}

/**
 * Most turns of a conversation, empty ones included. A megabyte has room for 200,000 marks, and an
 * object for each would cost seventy times the memory of the text.
 */
export const TURN_LIMIT = 10_000;

/** A prompt has more turns than anybody would have read: it is not read any further. */
export class TooManyTurnsError extends Error {}

/**
 * Adds a turn to those that were read before it.
 * @throws TooManyTurnsError
 */
export function addTurn(turns: Turn[], role: Turn['role'], content: string): void {
  // One more, for the empty turn that asks for the answer.
  if (turns.length > TURN_LIMIT) throw new TooManyTurnsError();
  turns.push({ role, content });
}

/** The strings that separate turns in a prompt. */
export interface Markers {
  /** Stands after the system text and after every turn that is not empty. */
  readonly separator: string;
  readonly user: string;
  readonly assistant: string;
  /** Never rendered by FastChat; part of the template because the original had it. */
  readonly system: string;
}

/** ChatGLMWorker's markers. */
export const zhipuMarkers: Markers = {
  separator: '\n###',
  user: 'user',
  assistant: 'assistant',
  system: 'system',
};

/** The original's `stop_str`. FastChat adds it to every request's `stop`; it is no stop string. */
export const TEMPLATE_STOP = '###';

/** The original's system text, which a caller gets who has none of its own. */
export const SYSTEM_MESSAGE = '你是智谱AI小助手，请根据用户的提示来完成任务';

/**
 * FastChat's ADD_COLON_TWO. With `sep2` equal to `sep` its prompts are those of the original's
 * style 1, byte for byte, and FastChat 0.2.36 takes list content instead of answering 500.
 */
const SEP_STYLE = 2;

/** `fastchat/conversation.py`, class Conversation, as its JSON travels: every field is required. */
export interface ConversationTemplate {
  readonly name: string;
  readonly system_template: string;
  readonly system_message: string;
  readonly roles: readonly string[];
  readonly messages: readonly never[];
  readonly offset: number;
  readonly sep_style: number;
  readonly sep: string;
  readonly sep2: string;
  readonly stop_str: string;
  readonly stop_token_ids: null;
}

/** The template of the model called `name`. */
export function conversationTemplate(name: string, markers: Markers): ConversationTemplate {
  return {
    name,
    system_template: '{system_message}',
    system_message: SYSTEM_MESSAGE,
    roles: [markers.user, markers.assistant, markers.system],
    messages: [],
    offset: 0,
    sep_style: SEP_STYLE,
    sep: markers.separator,
    sep2: markers.separator,
    stop_str: TEMPLATE_STOP,
    stop_token_ids: null,
  };
}
