// Reads the one string into which FastChat flattens a conversation back into its turns.

import { addTurn, type Conversation, type Markers, type Turn } from './conversation.ts';
import { endsInCursor } from './cursor.ts';

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
 * @returns null when the prompt does not end with an assistant turn that is empty or, in a page's
 *   second copy, still being written: then it is no conversation of this template, but text of
 *   somebody's own (`/v1/completions`)
 * @throws TooManyTurnsError
 */
export function decodePrompt(prompt: string, markers: Markers): Conversation | null {
  const { separator, assistant } = markers;
  if (!prompt.endsWith(`${assistant}:`) && !endsInCursor(prompt, separator)) return null;
  const headers = new Headers(prompt, markers);
  const first = headers.next();
  const turns: Turn[] = [];
  for (let header = first; header !== null; ) {
    const next = headers.next();
    readTurns(prompt.slice(header.end, next?.start), header.role, markers, turns);
    header = next;
  }
  const last = turns.pop();
  if (first === null || last?.role !== 'assistant') return null;
  if (last.content !== '' && !endsInCursor(last.content, separator)) return null;
  return { system: prompt.slice(0, first.start), turns };
}

interface Header {
  readonly role: Turn['role'];
  /** Where the separator begins, and where what follows the colon begins. */
  readonly start: number;
  readonly end: number;
}

/** Finds the headers in their order, each with a search that begins behind the one before. */
class Headers {
  readonly #prompt: string;
  readonly #marks: readonly [Mark, Mark];

  constructor(prompt: string, { separator, user, assistant }: Markers) {
    this.#prompt = prompt;
    this.#marks = [
      new Mark(prompt, 'user', `${separator}${user}:`),
      new Mark(prompt, 'assistant', `${separator}${assistant}:`),
    ];
  }

  next(): Header | null {
    const [user, assistant] = this.#marks;
    const mark = user.start < assistant.start ? user : assistant;
    const { role, start, text } = mark;
    if (start === Number.POSITIVE_INFINITY) return null;
    mark.find(this.#prompt, start + text.length);
    return { role, start, end: start + text.length };
  }
}

/** A header of one role, and where it comes next; Infinity = no more. */
class Mark {
  readonly role: Turn['role'];
  readonly text: string;
  start = 0;

  constructor(prompt: string, role: Turn['role'], text: string) {
    this.role = role;
    this.text = text;
    this.find(prompt, 0);
  }

  find(prompt: string, from: number): void {
    const found = prompt.indexOf(this.text, from);
    this.start = found === -1 ? Number.POSITIVE_INFINITY : found;
  }
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
    addTurn(into, role, '');
    at += (next === 'user' ? user : assistant).length + 1;
    role = next;
  }
  addTurn(into, role, body.slice(body[at] === ' ' ? at + 1 : at));
}
