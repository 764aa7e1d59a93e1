// Writes a value as JSON bytes in pieces: of a long text in one go it takes a tenth of a second.

import { ownTurn } from './own-turn.ts';

/** UTF-16 units in which a long text is cut. */
const PIECE = 64 * 1024;

/** UTF-16 units of JSON that are written in one go: one to three milliseconds' worth. */
const AT_ONCE = 256 * 1024;

/**
 * The UTF-8 bytes of what `JSON.stringify` writes, with one difference: half a surrogate pair becomes
 * U+FFFD. It is no character that anybody could read, and its escape takes fifty times as long to
 * write as a character. Others run in between when the value is long.
 * @param value of plain objects, lists, texts, numbers, booleans and null; undefined fields are left out
 */
export async function jsonBytes(value: object): Promise<Buffer> {
  const written: Buffer[] = [];
  let text = '';
  for (const piece of piecesOf(value)) {
    text += piece;
    if (text.length < AT_ONCE) continue;
    written.push(Buffer.from(text));
    text = '';
    await ownTurn();
  }
  const rest = Buffer.from(text);
  return written.length === 0 ? rest : Buffer.concat([...written, rest]);
}

function* piecesOf(value: unknown): Generator<string, void, undefined> {
  if (typeof value === 'string') yield* piecesOfText(value);
  else if (Array.isArray(value)) yield* piecesOfList(value);
  else if (typeof value === 'object' && value !== null) yield* piecesOfObject(value);
  else yield JSON.stringify(value);
}

function* piecesOfText(text: string): Generator<string, void, undefined> {
  yield '"';
  for (let at = 0; at < text.length; ) {
    const end = endOfPiece(text, at);
    // The quotes that JSON.stringify adds are left out.
    yield JSON.stringify(text.slice(at, end).toWellFormed()).slice(1, -1);
    at = end;
  }
  yield '"';
}

/** Never between the halves of a surrogate pair. */
function endOfPiece(text: string, at: number): number {
  const end = at + PIECE;
  if (end >= text.length) return text.length;
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last < 0xdc00 ? end - 1 : end;
}

function* piecesOfList(items: readonly unknown[]): Generator<string, void, undefined> {
  yield '[';
  for (const [index, item] of items.entries()) {
    if (index > 0) yield ',';
    yield* piecesOf(item);
  }
  yield ']';
}

function* piecesOfObject(fields: object): Generator<string, void, undefined> {
  yield '{';
  let separator = '';
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    yield `${separator}${JSON.stringify(name)}:`;
    yield* piecesOf(value);
    separator = ',';
  }
  yield '}';
}
