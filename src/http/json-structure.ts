// Refuses JSON that is mostly structure, before a parser makes objects of it.

/**
 * Most brackets, commas and colons of a body, and most bytes outside of its strings. A list of 2,048
 * inputs has some thousand; a parser needs a hundred times the memory of what is only structure.
 */
const MARKS_LIMIT = 50_000;
const BARE_BYTES_LIMIT = 1024 * 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MARKS = new Set(Buffer.from('[]{},:'));

/**
 * Whether a body holds more structure than any request needs. Strings are leapt over, so that text
 * costs next to nothing; what is no JSON at all is left to the parser.
 */
export function isMostlyStructure(body: Buffer): boolean {
  let marks = 0;
  let bare = 0;
  let at = 0;
  while (at < body.length) {
    const quote = body.indexOf(QUOTE, at);
    const end = quote === -1 ? body.length : quote;
    bare += end - at;
    if (bare > BARE_BYTES_LIMIT) return true;
    for (; at < end; at++) if (MARKS.has(Number(body[at]))) marks++;
    // A string is structure too: each becomes an object of the parser's.
    if (++marks > MARKS_LIMIT) return true;
    at = endOfString(body, end + 1);
  }
  return false;
}

/** Behind the quote that closes the string whose text begins at `from`. */
function endOfString(body: Buffer, from: number): number {
  let quote = body.indexOf(QUOTE, from);
  while (quote !== -1 && isEscaped(body, quote, from)) quote = body.indexOf(QUOTE, quote + 1);
  return quote === -1 ? body.length : quote + 1;
}

/** Whether an odd number of backslashes stands before the quote, in a string that begins at `from`. */
function isEscaped(body: Buffer, quote: number, from: number): boolean {
  let slashes = 0;
  while (body[quote - 1 - slashes] === BACKSLASH && quote - slashes > from) slashes++;
  return slashes % 2 === 1;
}
