// Takes the marks out of a text that vision models put around the answer proper.

const MARKS = ['<|begin_of_box|>', '<|end_of_box|>'];
const MARK = /<\|(?:begin|end)_of_box\|>/g;

/** A growing text without its marks; only what could still become one is held back. */
export class BoxMarks {
  #held = '';

  /** Takes more text and gives back what is certain to belong to the answer. */
  push(text: string): string {
    const pending = this.#held + text;
    const hold = startOfMark(pending);
    this.#held = pending.slice(hold);
    return pending.slice(0, hold).replace(MARK, '');
  }

  /** The text is over: what was held back became no mark. */
  end(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }
}

/** Where an unfinished mark at the end of the text begins; its length where there is none. */
function startOfMark(text: string): number {
  const start = text.lastIndexOf('<');
  if (start < 0) return text.length;
  const end = text.slice(start);
  const unfinished = MARKS.some((mark) => mark !== end && mark.startsWith(end));
  return unfinished ? start : text.length;
}
