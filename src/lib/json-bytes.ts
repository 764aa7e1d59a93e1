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

/** A value whose pieces come next. */
interface Nested {
  readonly nested: unknown;
}

/**
 * Walks with a list of what is open: were each level to pass on the pieces of the one below, a piece
 * would cost as much time as it lies deep.
 */
function* piecesOf(value: unknown): Generator<string, void, undefined> {
  const open = [piecesWithin(value)];
  for (let inner = open.at(-1); inner !== undefined; inner = open.at(-1)) {
    const next = inner.next();
    if (next.done) open.pop();
    else if (typeof next.value === 'string') yield next.value;
    else open.push(piecesWithin(next.value.nested));
  }
}

function piecesWithin(value: unknown): Generator<string | Nested, void, undefined> {
  if (typeof value === 'string') return piecesOfText(value);
  if (Array.isArray(value)) return piecesOfList(value);
  return typeof value === 'object' && value !== null ? piecesOfObject(value) : pieceOfScalar(value);
}

function* pieceOfScalar(value: unknown): Generator<string, void, undefined> {
  yield JSON.stringify(value);
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

function* piecesOfList(items: readonly unknown[]): Generator<string | Nested, void, undefined> {
  yield '[';
  for (const [index, item] of items.entries()) {
    if (index > 0) yield ',';
    yield { nested: item };
  }
  yield ']';
}

function* piecesOfObject(fields: object): Generator<string | Nested, void, undefined> {
  yield '{';
  let separator = '';
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    yield `${separator}${JSON.stringify(name)}:`;
    yield { nested: value };
    separator = ',';
  }
  yield '}';
}
