// Markers for prompts that no text can hold by accident or by guess, and how to tell foreign ones.

import { createHmac } from 'node:crypto';
import type { Markers } from './conversation.ts';

/** Length of a tag in base-32 characters: 80 bits, beyond guessing. */
const TAG_LENGTH = 16;

/** Separates this use of the secret from every other; changing it changes all markers. */
const PURPOSE = 'glm-worker conversation fence 1';

/** RFC 4648's alphabet in lower case. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * The markers of the `fenced` template. They are the same after a restart and on every replica with
 * the same secret, because FastChat keeps a template for as long as it lives.
 */
export function fencedMarkers(secret: string): Markers {
  const fence = `<|${tagOf(secret)}|>`;
  return {
    separator: `\n${fence}`,
    user: `user${fence}`,
    assistant: `assistant${fence}`,
    system: `system${fence}`,
  };
}

function tagOf(secret: string): string {
  const digest = createHmac('sha256', secret).update(PURPOSE).digest();
  return Array.from(digest.subarray(0, TAG_LENGTH), (byte) => ALPHABET[byte % 32]).join('');
}

/** Ends a prompt of a fenced template, whatever its secret. */
const ANSWER = new RegExp(`assistant(<\\|[${ALPHABET}]{${TAG_LENGTH}}\\|>):$`);

/** Whether a prompt was rendered with a fenced template, be its secret known or not. */
export function isFenced(prompt: string): boolean {
  // Only the end is searched: a prompt may hold a million of these.
  const fence = ANSWER.exec(prompt.slice(-64))?.[1];
  return fence !== undefined && prompt.includes(`\n${fence}`);
}
