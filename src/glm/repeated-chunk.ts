// Recognizes events that differ from an earlier one in nothing but their text, without parsing them.

/** A text that no model says, to try a form with. */
const PROBE = '\u{e000}';

/**
 * So many forms are learned in one stream: with a provider that changes something in every event,
 * learning would cost more than it saves.
 */
const FORMS = 8;

/** What in a JSON string stands for something else, or must not stand there. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that JSON forbids
const SPECIAL = /["\\\u0000-\u001f]/;

/** Reads the text out of an event. */
export type TextReader = (data: string) => string;

/**
 * The events of a stream are alike: name, time, model, and in the middle the next word. Once one of
 * them is understood, the others can be by comparing what surrounds the word.
 *
 * ```
 *   {"id":"2025…","choices":[{"delta":{"content":"你好"}}]}
 *   └─────────────────── before ─────────────────┘  └after┘
 * ```
 *
 * This is exact, not a guess: where `before` ends, a JSON parser is inside of a string, which a text
 * without special characters does not end, and from there on it reads what it has read before.
 */
export class RepeatedChunk {
  readonly #read: TextReader;
  #before = '';
  #after = '';
  #formsLeft = FORMS;

  constructor(read: TextReader) {
    this.#read = read;
  }

  /** The text of an event of the known form; null for any other. */
  textOf(data: string): string | null {
    const from = this.#before.length;
    const to = data.length - this.#after.length;
    if (from === 0 || to < from) return null;
    if (!data.startsWith(this.#before) || !data.endsWith(this.#after)) return null;
    const text = data.slice(from, to);
    return SPECIAL.test(text) ? null : text;
  }

  /** Takes note of the form of an event that holds nothing but `text`. */
  learn(data: string, text: string): void {
    if (this.#formsLeft === 0 || SPECIAL.test(text)) return;
    this.#formsLeft -= 1;
    const from = data.lastIndexOf(`"${text}"`) + 1;
    if (from === 0) return;
    const before = data.slice(0, from);
    const after = data.slice(from + text.length);
    // The word may stand elsewhere in the event too.
    if (this.#read(before + PROBE + after) !== PROBE) return;
    this.#before = copyOf(before);
    this.#after = copyOf(after);
  }
}

/** A slice would keep all that it was cut from in memory, as long as the stream runs. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}
