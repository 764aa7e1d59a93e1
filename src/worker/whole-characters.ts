// Keeps the halves of a character together when a text arrives in pieces.

/** Gives back what was pushed, less the first half of a character whose second half is to come. */
export class WholeCharacters {
  #half = '';

  push(text: string): string {
    const whole = this.#half + text;
    const last = whole.charCodeAt(whole.length - 1);
    const splits = last >= 0xd800 && last <= 0xdbff;
    this.#half = splits ? whole.slice(-1) : '';
    return splits ? whole.slice(0, -1) : whole;
  }

  /** The text is over: a half that is left will never have its other half. */
  end(): string {
    const half = this.#half;
    this.#half = '';
    return half;
  }
}
