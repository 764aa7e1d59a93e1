// Looks at the structure of JSON before a parser makes objects of it: whether there is too much of it,
// and where the long strings are.

import { ownTurn } from '../lib/own-turn.ts';

/**
 * Most brackets, commas and colons of a body, and most bytes outside of its strings. A list of 2,048
 * inputs has some thousand; a parser needs a hundred times the memory of what is only structure.
 */
const MARKS_LIMIT = 50_000;
const BARE_BYTES_LIMIT = 1024 * 1024;

/** Bytes that are looked at in one go: one or two milliseconds' worth. */
const AT_ONCE = 1024 * 1024;

/** Bytes of a string that is worth parsing by itself; all others together are a few megabytes. */
const LONG_STRING = 256;

export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
const MARKS = new Set(Buffer.from('[]{},:'));

/** What stands between the quotes of a string: from `start` up to, but not including, `end`. */
export interface StringBytes {
  readonly start: number;
  readonly end: number;
}

/**
 * The long strings of a body, in their order; null for a body that holds more structure than any
 * request needs. Others run in between when it is long; what is no JSON at all is left to the parser.
 */
export async function longStringsOf(body: Buffer): Promise<readonly StringBytes[] | null> {
  const look = new Look(body);
  while (look.at < body.length) {
    if (look.at > 0) await ownTurn();
    if (!look.goOn(Math.min(look.at + AT_ONCE, body.length))) return null;
  }
  return look.long;
}

/** One look at a body, in steps that end anywhere. */
class Look {
  readonly long: StringBytes[] = [];
  at = 0;
  readonly #body: Buffer;
  #marks = 0;
  #bare = 0;
  /** Where the text of the open string begins; 0 = none is open. */
  #start = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  /** Looks at what comes before `until`, or a byte more; false when there is too much structure. */
  goOn(until: number): boolean {
    while (this.at < until) {
      if (this.#start === 0) this.#outside(until);
      else this.#inside(until);
    }
    return this.#marks <= MARKS_LIMIT && this.#bare <= BARE_BYTES_LIMIT;
  }

  #outside(until: number): void {
    const quote = this.#body.subarray(this.at, until).indexOf(QUOTE);
    const end = quote === -1 ? until : this.at + quote;
    this.#bare += end - this.at;
    for (; this.at < end; this.at++) if (MARKS.has(Number(this.#body[this.at]))) this.#marks++;
    if (quote === -1) return;
    // A string is structure too: each becomes an object of the parser's.
    this.#marks++;
    this.at++;
    this.#start = this.at;
  }

  #inside(until: number): void {
    const body = this.#body;
    let at = this.at;
    // Byte by byte: to leap from quote to quote takes thirty times as long where each is escaped.
    while (at < until && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1;
    this.at = at;
    if (at >= until) return;
    if (at - this.#start > LONG_STRING) this.long.push({ start: this.#start, end: at });
    this.at++;
    this.#start = 0;
  }
}
