// Writes a value as JSON in pieces: of a long text in one go it takes a tenth of a second.

import { bytesOf, inTurns } from './in-turns.ts';
import { textPieces } from './text-pieces.ts';

/** UTF-16 units in which a long text is cut. */
const PIECE = 64 * 1024;

/** Fields or items of what is written in one go, and UTF-16 units of each. */
const FEW = 16;
const SHORT = 4 * 1024;

/**
 * The UTF-8 bytes of what `JSON.stringify` writes, with one difference: half a surrogate pair becomes
 * U+FFFD. It is no character that anybody could read, and its escape takes fifty times as long to
 * write as a character. Others run in between when the value is long.
 * @param value of plain objects, lists, texts, numbers, booleans and null; undefined fields are left out
 */
export function jsonBytes(value: object): Promise<Buffer> {
  return bytesOf(piecesOf(value));
}

/** The same as text; to decode the bytes would take as long again, in one go. */
export async function jsonText(value: object): Promise<string> {
  let text = '';
  for await (const piece of inTurns(piecesOf(value))) text += piece;
  return text;
}

/** A value whose pieces come next. */
interface Nested {
  readonly nested: string | object;
}

type Pieces = Generator<string | Nested, void, undefined>;

/**
 * Walks with a list of what is open: were each level to pass on the pieces of the one below, a piece
 * would cost as much time as it lies deep.
 */
function* piecesOf(value: object): Generator<string, void, undefined> {
  const open = [piecesWithin(value)];
  for (let inner = open.at(-1); inner !== undefined; inner = open.at(-1)) {
    const next = inner.next();
    if (next.done) open.pop();
    else if (typeof next.value === 'string') yield next.value;
    else open.push(piecesWithin(next.value.nested));
  }
}

function piecesWithin(value: string | object): Pieces {
  if (typeof value === 'string') return piecesOfText(value);
  return Array.isArray(value) ? piecesOfList(value) : piecesOfObject(value);
}

/** Whether it has to be cut; what is short costs ten times as much in pieces. */
function isLong(value: unknown): value is string | object {
  if (typeof value === 'string') return value.length > PIECE;
  return typeof value === 'object' && value !== null && !isSmall(value);
}

/** Whether it has nothing in it but a few short texts and numbers, as most messages of long conversations. */
function isSmall(value: object): boolean {
  const values = Object.values(value);
  return values.length <= FEW && values.every(isPlain) && Object.keys(value).every(isPlain);
}

/** Whether it is short, and `JSON.stringify` writes it as it is to be. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= SHORT && value.isWellFormed();
  return typeof value !== 'object' || value === null;
}

/** A value that is not long, in one go. */
function written(value: unknown): string {
  return JSON.stringify(typeof value === 'string' ? value.toWellFormed() : value);
}

function* piecesOfText(text: string): Pieces {
  yield '"';
  // The quotes that JSON.stringify adds are left out.
  for (const piece of textPieces(text, PIECE)) yield written(piece).slice(1, -1);
  yield '"';
}

function* piecesOfList(items: readonly unknown[]): Pieces {
  let before = '[';
  for (const item of items) {
    if (isLong(item)) {
      yield before;
      yield { nested: item };
    } else yield before + written(item);
    before = ',';
  }
  yield items.length === 0 ? '[]' : ']';
}

function* piecesOfObject(fields: object): Pieces {
  let before = '{';
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (isLong(name)) {
      yield before;
      yield { nested: name };
      before = ':';
    } else before += `${written(name)}:`;
    if (isLong(value)) {
      yield before;
      yield { nested: value };
    } else yield before + written(value);
    before = ',';
  }
  yield before === '{' ? '{}' : '}';
}
