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

/**
 * FastChat 0.2.36 and the Gradio pages write one mark per picture; main writes as many lines with a
 * second one after the last mark of a turn.
 */
const MARKED = /\$\$<image>\$\$(?:<image>\n)*/;
const BARE = /<image>\n?/;

/**
 * Gives each placeholder of the user turns its picture, in the order of both. Pictures without a
 * placeholder go before the text of the last user turn; a placeholder without a picture is text.
 */
export function placeImages(turns: readonly Turn[], images: readonly string[]): TurnWithParts[] {
  const left = [...images];
  const ofUser = (turn: Turn) => turn.role === 'user';
  const marked = turns.some((turn) => ofUser(turn) && MARKED.test(turn.content));
  const placed = turns.map((turn) => ({
    role: turn.role,
    parts: ofUser(turn) ? splitTurn(turn.content, marked ? MARKED : BARE, left) : textOnly(turn),
  }));
  const last = placed.findLast(({ role }) => role === 'user');
  last?.parts.unshift(...left.map((image) => ({ type: 'image' as const, image })));
  return placed;
}

function textOnly({ content }: Turn): TurnPart[] {
  return [{ type: 'text', text: content }];
}

/** Takes pictures from the front of `left`, one per placeholder. */
function splitTurn(content: string, placeholder: RegExp, left: string[]): TurnPart[] {
  const parts: TurnPart[] = [];
  let rest = content;
  for (;;) {
    const match = placeholder.exec(rest);
    const image = match === null ? undefined : left.shift();
    if (match === null || image === undefined) break;
    if (match.index > 0) parts.push({ type: 'text', text: rest.slice(0, match.index) });
    parts.push({ type: 'image', image });
    rest = rest.slice(match.index + match[0].length);
  }
  if (rest !== '' || parts.length === 0) parts.push({ type: 'text', text: rest });
  return parts;
}
