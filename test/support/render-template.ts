// Renders prompts as FastChat does, from nothing but the template it was given.

import type { ConversationTemplate } from '../../src/fastchat/prompt/conversation.ts';
import type { Said } from './render-prompt.ts';

/**
 * FastChat's ADD_COLON_TWO with the API server's last step, an assistant message without text:
 * `sep` follows the system text and every second message, `sep2` the others, and nothing follows a
 * message that is empty.
 */
export function renderTemplate(
  { roles, sep, sep2 }: ConversationTemplate,
  system: string,
  said: readonly Said[],
): string {
  const [user = '', assistant = ''] = roles;
  const seps = [sep, sep2];
  let prompt = system + sep;
  for (const [index, { by, text }] of said.entries()) {
    const role = by === 'user' ? user : assistant;
    prompt += text === '' ? `${role}:` : `${role}: ${text}${seps[index % 2]}`;
  }
  return `${prompt}${assistant}:`;
}
