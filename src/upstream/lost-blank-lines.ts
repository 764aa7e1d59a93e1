// Puts back the blank lines of an event stream that has one newline after each event, as some gateways send it.

/** The first line of data after which something tells: a blank line, or the next field. */
const TELLING =
  /^(data:[^\r\n]+)(?:(\r\n\r\n|\n\n|\r\r)|(?:\r\n|\n|\r)(?=(?:data|event|id|retry):))/m;
/** A line that is a whole event; in data that goes over several lines none is, as they are written. */
const WHOLE_EVENT = /^data:\s*\{.+\}$/;
const BEGUN_NAME = /[\r\n]([a-z]+)$/;
const END_OF_EVENT = /([}\]])(\r\n|\n|\r)/g;

/** Longest line that is looked at, in characters: chunks are below a kilobyte. */
const LINE_LIMIT = 64 * 1024;
/** The longest thing that {@link BEGUN_NAME} finds, and more. */
const LOOK_BACK = '\r\nevent:'.length;

/**
 * Looks at a stream until its first event has ended, and decides by what follows it. A stream that
 * has its blank lines passes unchanged.
 */
export class LostBlankLines {
  #lost: boolean | null = null;
  /** The line in which the text so far ended, with its line end; once decided its last character. */
  #before = '';
  /** The beginning of a field's name, which a blank line may have to come before. */
  #held = '';

  push(text: string): string {
    const pending = this.#held + text;
    this.#held = '';
    if (this.#lost === null) this.#decide(this.#before + pending);
    if (this.#lost === null) return this.#passUndecided(pending);
    if (!this.#lost) return pending;
    const { length } = this.#before;
    const seen = this.#before + pending;
    this.#before = seen.slice(-1);
    return seen.replace(END_OF_EVENT, '$1$2$2').slice(length);
  }

  /** A stream has all of its blank lines or none, so the first event tells. */
  #decide(seen: string): void {
    const [, line, blankLine] = TELLING.exec(seen) ?? [];
    if (line !== undefined) this.#lost = blankLine === undefined && WHOLE_EVENT.test(line);
  }

  #passUndecided(pending: string): string {
    const [, begun = ''] = BEGUN_NAME.exec((this.#before + pending).slice(-LOOK_BACK)) ?? [];
    const passed = pending.slice(0, pending.length - begun.length);
    this.#held = begun;
    this.#before = lastLine(this.#before + passed);
    if (this.#before.length > LINE_LIMIT) this.#lost = false;
    return passed;
  }
}

/** The last line of `text`, with its line end where it has one. */
function lastLine(text: string): string {
  let end = text.length;
  while (text[end - 1] === '\n' || text[end - 1] === '\r') end--;
  if (end === 0) return text;
  return text.slice(Math.max(text.lastIndexOf('\n', end - 1), text.lastIndexOf('\r', end - 1)) + 1);
}
