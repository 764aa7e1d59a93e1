// Parses JSON with long strings piece by piece: sixteen megabytes in one go take a tenth of a second.

import { randomUUID } from 'node:crypto';
import { ownTurn } from '../lib/own-turn.ts';
import { textOf } from './body-text.ts';
import { BACKSLASH, QUOTE, type StringBytes } from './json-structure.ts';

/** Bytes in which a string is cut: V8 takes twice as long for what is too large for its nursery. */
const PIECE = 32 * 1024;

/** Bytes of strings that are parsed in one go: about a millisecond's worth. */
const AT_ONCE = 128 * 1024;

/** Bytes of an escape behind its backslash, at most. */
const ESCAPE = 5;

/**
 * What `JSON.parse` makes of the bytes. Long strings are parsed by themselves, and others run in
 * between; a name that nobody can guess stands for each while the rest is parsed.
 * @param long the strings of `bytes` to be parsed so, in their order
 * @throws SyntaxError
 */
export async function parseJsonBytes(
  bytes: Buffer,
  long: readonly StringBytes[],
): Promise<unknown> {
  const name = randomUUID();
  const strings = new Map<string, string>();
  const rest: Buffer[] = [];
  // The quotes are put around the bytes: around the text they would copy all of it on the heap.
  const quoted = Buffer.alloc(PIECE + 2);
  quoted[0] = QUOTE;
  let [at, parsed] = [0, 0];
  for (const { start, end } of long) {
    let string = '';
    for (const piece of piecesOf(bytes.subarray(start, end))) {
      const length = 1 + piece.copy(quoted, 1);
      quoted[length] = QUOTE;
      string += JSON.parse(await textOf(quoted.subarray(0, length + 1)));
      parsed += piece.length;
      if (parsed < AT_ONCE) continue;
      parsed = 0;
      await ownTurn();
    }
    const instead = `${name}-${strings.size}`;
    strings.set(instead, string);
    rest.push(bytes.subarray(at, start), Buffer.from(instead));
    at = end;
  }
  rest.push(bytes.subarray(at));
  const text = await textOf(Buffer.concat(rest));
  await ownTurn();
  return JSON.parse(text, (_field, value: unknown) => {
    if (typeof value === 'string') return strings.get(value) ?? value;
    return typeof value === 'object' && value !== null ? withLongNames(value, strings) : value;
  });
}

/** The object with the names that its fields were sent with; all at once, as each change takes longer. */
function withLongNames(fields: object, strings: ReadonlyMap<string, string>): object {
  if (Array.isArray(fields) || !Object.keys(fields).some((name) => strings.has(name)))
    return fields;
  const named = Object.entries(fields).map(([name, value]) => [strings.get(name) ?? name, value]);
  return Object.fromEntries(named);
}

function* piecesOf(string: Buffer): Generator<Buffer, void, undefined> {
  for (let at = 0; at < string.length; ) {
    const end = endOfPiece(string, at);
    yield string.subarray(at, end);
    at = end;
  }
}

/** Never within an escape or a character. */
function endOfPiece(bytes: Buffer, at: number): number {
  let end = at + PIECE;
  if (end >= bytes.length) return bytes.length;
  const before = bytes.subarray(end - ESCAPE, end).lastIndexOf(BACKSLASH);
  if (before !== -1) {
    const last = end - ESCAPE + before;
    let first = last;
    while (first > at && bytes[first - 1] === BACKSLASH) first--;
    // Of an odd number of backslashes the last one begins an escape.
    if ((last - first) % 2 === 0) end = last;
  }
  const whole = end;
  while (end > whole - 3 && isContinuation(bytes[end])) end--;
  return isContinuation(bytes[end]) ? whole : end;
}

/** Whether a byte of UTF-8 belongs to the character that began before it. */
function isContinuation(byte: number | undefined): boolean {
  return (Number(byte) & 0xc0) === 0x80;
}
