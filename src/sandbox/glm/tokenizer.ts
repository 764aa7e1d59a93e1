// Counts tokens by a fixed rule, so that usage numbers and limits are the same in every run.
import { isObject } from '../json.ts';
import type { ReplyIds } from './reply-ids.ts';

/** What one image counts, whatever its size. */
export const IMAGE_TOKENS = 1000;

const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

/**
 * Tokens of a text: wide (Chinese, Japanese, Korean) characters / 1.5 plus all other UTF-16 units / 4,
 * rounded up. GLM documents about 1.5 Chinese characters or 0.75 English words per token.
 */
export function countTokens(text: string): number {
  const rest = text.replace(WIDE, '');
  const wide = text.match(WIDE)?.length ?? 0;
  return Math.ceil(wide / 1.5 + rest.length / 4);
}

/** Text and image tokens of a chat's messages. */
export interface MessageTokens {
  readonly text: number;
  readonly images: number;
}

/** Counts all string contents and text parts, and {@link IMAGE_TOKENS} per image part. */
export function countMessages(messages: unknown): MessageTokens {
  let text = 0;
  let images = 0;
  for (const message of Array.isArray(messages) ? messages : []) {
    const content = isObject(message) ? message['content'] : undefined;
    if (typeof content === 'string') text += countTokens(content);
    for (const part of Array.isArray(content) ? content : []) {
      if (!isObject(part)) continue;
      if (typeof part['text'] === 'string') text += countTokens(part['text']);
      if (part['type'] === 'image_url') images += IMAGE_TOKENS;
    }
  }
  return { text, images };
}

/** The JSON body of a `/tokenizer` reply: `prompt_tokens` are text and images together. */
export function tokenizerBody(messages: unknown, ids: ReplyIds): string {
  const { text, images } = countMessages(messages);
  const usage = {
    prompt_tokens: text + images,
    image_tokens: images,
    video_tokens: 0,
    total_tokens: text + images,
  };
  return JSON.stringify({ id: ids.id, created: ids.created, request_id: ids.requestId, usage });
}
