// Reads the one string into which FastChat flattens a conversation back into its turns.

import type { Conversation, Markers, Turn } from './conversation.ts';

/**
 * Decodes a prompt that FastChat rendered with `markers`:
 *
 * ```
 *   prompt = SYSTEM SEP *turn "assistant:"
 *   turn   = ROLE ": " CONTENT SEP      content not empty
 *          / ROLE ":"                   content empty: no blank, no separator
 * ```
 *
 * Only SEP directly followed by a role and a colon separates; any other `###` is content. The
 * answer's own, empty turn is not among the turns.
 * @returns null when the prompt does not end with an empty assistant turn: then it is no
 *   conversation of this template, but text of somebody's own (`/v1/completions`)
 */
export function decodePrompt(prompt: string, markers: Markers): Conversation | null {
  const answer = `${markers.assistant}:`;
  if (!prompt.endsWith(answer)) return null;
  const headers = findHeaders(prompt, markers);
  const [first] = headers;
  if (first === undefined) return null;
  const turns: Turn[] = [];
  for (const [index, header] of headers.entries()) {
    const end = headers[index + 1]?.start ?? prompt.length;
    readTurns(prompt.slice(header.end, end), header.role, markers, turns);
  }
  const last = turns.pop();
  if (last?.role !== 'assistant' || last.content !== '') return null;
  return { system: prompt.slice(0, first.start), turns };
}

interface Header {
  readonly role: Turn['role'];
  /** Where the separator begins, and where what follows the colon begins. */
  readonly start: number;
  readonly end: number;
}

function findHeaders(prompt: string, { separator, user, assistant }: Markers): Header[] {
  const headers: Header[] = [];
  for (let at = prompt.indexOf(separator); at !== -1; at = prompt.indexOf(separator, at + 1)) {
    const roleAt = at + separator.length;
    if (prompt.startsWith(`${user}:`, roleAt)) {
      headers.push({ role: 'user', start: at, end: roleAt + user.length + 1 });
    } else if (prompt.startsWith(`${assistant}:`, roleAt)) {
      headers.push({ role: 'assistant', start: at, end: roleAt + assistant.length + 1 });
    }
  }
  return headers;
}

/**
 * Reads what stands between a header and the next separator: the rest of one turn, or empty turns
 * one after the other, which FastChat writes without anything between them, and then the rest.
 */
function readTurns(
  body: string,
  firstRole: Turn['role'],
  { user, assistant }: Markers,
  into: Turn[],
): void {
  let role = firstRole;
  let at = 0;
  for (;;) {
    const next = body.startsWith(`${user}:`, at)
      ? 'user'
      : body.startsWith(`${assistant}:`, at)
        ? 'assistant'
        : null;
    if (next === null) break;
    into.push({ role, content: '' });
    at += (next === 'user' ? user : assistant).length + 1;
    role = next;
  }
  into.push({ role, content: body.slice(body[at] === ' ' ? at + 1 : at) });
}
