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
    for (; at < end; at++) if (MARKS.has(body[at] ?? 0)) marks++;
    // A string is structure too: each becomes an object of the parser's.
    if (++marks > MARKS_LIMIT) return true;
    at = endOfString(body, end + 1);
  }
  return false;
}

/** Behind the quote that closes the string whose text begins at `from`. */
function endOfString(body: Buffer, from: number): number {
  for (let at = from; ; ) {
    const quote = body.indexOf(QUOTE, at);
    if (quote === -1) return body.length;
    let slashes = 0;
    while (body[quote - 1 - slashes] === BACKSLASH && quote - slashes > from) slashes++;
    if (slashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}
