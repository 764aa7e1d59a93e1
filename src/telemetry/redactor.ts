// Takes secrets out of texts: those that are known, pieces of them, and whatever looks like one.

/** Stands where a secret would have stood. */
const REDACTED = '[secret]';

/** What is shorter would be found in every other word. */
const SHORTEST_SECRET = 4;

/** So many characters of a key give it away: a peer may have cut what it repeats. */
const PIECE = 8;

/** Words that a piece of a key can be in. */
const WORD = /[\w.+/=-]{8,}/g;

/** Longest text that an excerpt is looked for in, in UTF-16 units: whatever peers say is shorter. */
const READ_LIMIT = 64 * 1024;

/** What looks like a secret, whoever's it is; in a path it may stand right behind a `%20`. */
const SUSPECTS: readonly (readonly [form: RegExp, instead: string])[] = [
  // A signed token, also one whose end is missing.
  [/eyJ[\w-]{3,}(?:\.[\w-]*){0,2}/g, REDACTED],
  [/(bearer|basic)(\s+|%20)[\w.+/=~-]{6,}/gi, `$1$2${REDACTED}`],
  // A key of GLM's.
  [/[0-9a-f]{32}\.[A-Za-z0-9]{8,}/g, REDACTED],
  // The password of an address.
  [/(:\/\/[^/\s:@"\\]*:)[^/\s@"\\]+@/g, `$1${REDACTED}@`],
];

/** A word that no setting is called by and no model: long, of letters and digits. */
const RANDOM_WORD = /(?=\w*\d)(?=\w*[a-z])\w{16,}/gi;

/** What was typed where it does not belong, without anything that may be a secret. */
export function withoutSuspects(text: string): string {
  return new Redactor().clean(text).replace(RANDOM_WORD, REDACTED);
}

/** Knows all secrets of the process; may learn more while it is used. */
export class Redactor {
  readonly #secrets = new Set<string>();
  readonly #pieces = new Set<string>();
  #longestFirst: readonly string[] = [];

  constructor(secrets: Iterable<string> = []) {
    for (const secret of secrets) this.add(secret);
  }

  /** From now on `secret` appears in no text; shorter ones than four characters are left alone. */
  add(secret: string): void {
    if (secret.length < SHORTEST_SECRET || this.#secrets.has(secret)) return;
    this.#secrets.add(secret);
    // A secret within another one comes after it. In a line of JSON some characters look different.
    const spellings = [...this.#secrets].flatMap((one) => [one, JSON.stringify(one).slice(1, -1)]);
    this.#longestFirst = [...new Set(spellings)].toSorted((a, b) => b.length - a.length);
    // Words of people are no keys, and their pieces are in every other sentence.
    if (!/\d/.test(secret) || !/[a-z]/i.test(secret)) return;
    for (let at = 0; at + PIECE <= secret.length; at++) {
      const piece = secret.slice(at, at + PIECE);
      // A piece of small letters alone may be a word, such as the name of a field.
      if (!/^[a-z]+$/.test(piece)) this.#pieces.add(piece);
    }
  }

  /** How a text begins, without secrets: a secret that is cut first is not found any more. */
  excerpt(text: string, limit: number): string {
    return this.clean(text.slice(0, READ_LIMIT)).slice(0, limit);
  }

  /** The text without secrets. Call it before a text is cut, not after. */
  clean(text: string): string {
    let clean = text;
    for (const secret of this.#longestFirst) clean = clean.replaceAll(secret, REDACTED);
    for (const [form, instead] of SUSPECTS) clean = clean.replace(form, instead);
    return clean.replace(WORD, (word) => (this.#hasPiece(word) ? REDACTED : word));
  }

  #hasPiece(word: string): boolean {
    for (let at = 0; at + PIECE <= word.length; at++) {
      if (this.#pieces.has(word.slice(at, at + PIECE))) return true;
    }
    return false;
  }
}
