// The two sides of a prompt: the template that FastChat renders it with, and how it is read back.

import {
  type Conversation,
  type ConversationTemplate,
  conversationTemplate,
  type Markers,
  zhipuMarkers,
} from './conversation.ts';
import { fencedMarkers, isFenced } from './fence.ts';
import { decodeForeignPrompt } from './foreign-prompts.ts';
import { decodePrompt } from './prompt.ts';

/** `zhipu` is ChatGLMWorker's template, `fenced` the one with unforgeable markers. */
export type TemplateKind = 'zhipu' | 'fenced';

/** A prompt was rendered with markers of another secret, so its turns cannot be told apart. */
export class StaleTemplateError extends Error {}

export class PromptFormat {
  readonly #fenced: Markers;
  readonly #told: Markers;

  /** @param secret what the markers of `fenced` are derived from */
  constructor(kind: TemplateKind, secret: string) {
    this.#fenced = fencedMarkers(secret);
    this.#told = kind === 'fenced' ? this.#fenced : zhipuMarkers;
  }

  /** What `/worker_get_conv_template` says of the model called `name`. */
  template(name: string): ConversationTemplate {
    return conversationTemplate(name, this.#told);
  }

  /**
   * Reads a prompt of any template that a FastChat caller may have used. Both of ours are always
   * understood, because a caller keeps the template it once fetched.
   * @returns null when it is no conversation, but text of somebody's own
   * @throws StaleTemplateError
   */
  decode(prompt: string): Conversation | null {
    const ours = decodePrompt(prompt, this.#fenced) ?? decodePrompt(prompt, zhipuMarkers);
    if (ours !== null) return ours;
    if (isFenced(prompt)) throw new StaleTemplateError();
    return decodeForeignPrompt(prompt);
  }
}
