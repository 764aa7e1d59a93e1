// Tells the words of an event stream from comments and blank lines, which only keep it alive.

export class CommentFilter {
  #inComment = false;
  #atLineStart = true;

  /** Whether the next piece of a stream has anything in it but comments and line ends. */
  saysSomething(text: string): boolean {
    let said = false;
    let at = 0;
    while (at < text.length) {
      if (this.#atLineStart) this.#inComment = text[at] === ':';
      const end = text.indexOf('\n', at);
      const line = end === -1 ? text.slice(at) : text.slice(at, end);
      if (!this.#inComment && line.trim() !== '') said = true;
      this.#atLineStart = end !== -1;
      at = end === -1 ? text.length : end + 1;
    }
    return said;
  }
}
