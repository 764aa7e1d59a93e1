// Puts the pictures of a request back where FastChat left placeholders for them in the text.

import type { Turn } from './conversation.ts';

/** A piece of a turn: text, or one picture as the caller gave it. */
export type TurnPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly image: string };

export interface TurnWithParts {
  readonly role: Turn['role'];
  /** At least one part; a turn without pictures is one text. */
  readonly parts: readonly TurnPart[];
}

/** Where a placeholder begins, and where what follows it begins. */
interface Placeholder {
  readonly start: number;
  readonly end: number;
}

/** Finds the next placeholder from `from` on, of a prompt with so many pictures. */
type FindPlaceholder = (content: string, from: number, pictures: number) => Placeholder | null;

const MARK = '$$<image>$$';
const LINE = '<image>\n';

/**
 * FastChat 0.2.36 and the Gradio pages write one mark per picture; main writes as many lines with a
 * second one after the last mark of a turn.
 */
const findMarked: FindPlaceholder = (content, from, pictures) => {
  const start = content.indexOf(MARK, from);
  if (start === -1) return null;
  let end = start + MARK.length;
  for (let lines = 0; lines < pictures && content.startsWith(LINE, end); lines++) {
    end += LINE.length;
  }
  return { start, end };
};

const findBare: FindPlaceholder = (content, from) => {
  const start = content.indexOf('<image>', from);
  if (start === -1) return null;
  const end = start + '<image>'.length;
  return { start, end: content[end] === '\n' ? end + 1 : end };
};

/**
 * Gives each placeholder of the user turns its picture, in the order of both. Pictures without a
 * placeholder go before the text of the last user turn; a placeholder without a picture is text.
 */
export function placeImages(turns: readonly Turn[], images: readonly string[]): TurnWithParts[] {
  const left = [...images];
  const ofUser = (turn: Turn) => turn.role === 'user';
  const marked = turns.some((turn) => ofUser(turn) && turn.content.includes(MARK));
  const findAny = marked ? findMarked : findBare;
  const find = (content: string, from: number) => findAny(content, from, images.length);
  const placed = turns.map((turn) => ({
    role: turn.role,
    parts: ofUser(turn) ? splitTurn(turn.content, find, left) : textOnly(turn),
  }));
  const last = placed.findLast(({ role }) => role === 'user');
  last?.parts.unshift(...left.map((image) => ({ type: 'image' as const, image })));
  return placed;
}

function textOnly({ content }: Turn): TurnPart[] {
  return [{ type: 'text', text: content }];
}

/** Takes pictures from the front of `left`, one per placeholder. */
function splitTurn(
  content: string,
  find: (content: string, from: number) => Placeholder | null,
  left: string[],
): TurnPart[] {
  const parts: TurnPart[] = [];
  let at = 0;
  for (;;) {
    const placeholder = left.length === 0 ? null : find(content, at);
    const image = placeholder === null ? undefined : left.shift();
    if (placeholder === null || image === undefined) break;
    if (placeholder.start > at)
      parts.push({ type: 'text', text: content.slice(at, placeholder.start) });
    parts.push({ type: 'image', image });
    at = placeholder.end;
  }
  if (at < content.length || parts.length === 0)
    parts.push({ type: 'text', text: content.slice(at) });
  return parts;
}
