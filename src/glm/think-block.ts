// Tells reasoning from the answer where a model writes it into the text, as vision models may do.

const BEGIN = '<think>';
const END = '</think>';

interface Piece {
  readonly reasoning: string;
  readonly text: string;
}

/** A growing text that may begin with `<think>…</think>`; later blocks are part of the answer. */
export class ThinkBlock {
  #place: 'before' | 'within' | 'behind' | 'text' = 'before';
  #held = '';

  /** Takes more text and gives back what is certain to be one or the other. */
  push(text: string): Piece {
    if (this.#place === 'text') return { reasoning: '', text };
    const pending = this.#held + text;
    this.#held = '';
    if (this.#place === 'before') return this.#before(pending);
    return this.#place === 'within' ? this.#within(pending) : this.#behind(pending);
  }

  /** The text is over: what was held back became no mark. */
  end(): Piece {
    const held = this.#held;
    this.#held = '';
    return this.#place === 'within' ? { reasoning: held, text: '' } : { reasoning: '', text: held };
  }

  #before(pending: string): Piece {
    const start = pending.trimStart();
    if (start.startsWith(BEGIN)) {
      this.#place = 'within';
      return this.#within(start.slice(BEGIN.length));
    }
    if (BEGIN.startsWith(start)) return this.#hold(pending);
    this.#place = 'text';
    return { reasoning: '', text: pending };
  }

  #within(pending: string): Piece {
    const end = pending.indexOf(END);
    if (end === -1) {
      const hold = startOfEnd(pending);
      this.#held = pending.slice(hold);
      return { reasoning: pending.slice(0, hold), text: '' };
    }
    this.#place = 'behind';
    const { text } = this.#behind(pending.slice(end + END.length));
    return { reasoning: pending.slice(0, end), text };
  }

  /** The white space between the block and the answer belongs to neither. */
  #behind(pending: string): Piece {
    const text = pending.trimStart();
    if (text !== '') this.#place = 'text';
    return { reasoning: '', text };
  }

  #hold(pending: string): Piece {
    this.#held = pending;
    return { reasoning: '', text: '' };
  }
}

/** Where an unfinished mark at the end of the text begins; its length where there is none. */
function startOfEnd(text: string): number {
  const start = text.lastIndexOf('<');
  return start >= 0 && END.startsWith(text.slice(start)) ? start : text.length;
}
