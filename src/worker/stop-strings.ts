// Ends an answer at the caller's stop strings, holding back only what could still become one.

/**
 * Failure table of Knuth, Morris and Pratt: how many units are still matched after that many turned
 * out not to go on. Not even none are after none, so the first entry is empty.
 */
type FailureTable = readonly (number | undefined)[];

function failureTable(stop: string): FailureTable {
  const table: (number | undefined)[] = [undefined];
  for (let at = 0; at < stop.length; at++) {
    table.push(matchNext(stop, table, table[at], stop.charCodeAt(at)));
  }
  return table;
}

/** Units of `stop` matched after `unit`, when `matched` were before it. */
function matchNext(
  stop: string,
  table: FailureTable,
  matched: number | undefined,
  unit: number,
): number {
  let before = matched;
  while (before !== undefined && stop.charCodeAt(before) !== unit) before = table[before];
  return before === undefined ? 0 : before + 1;
}

class Matcher {
  readonly stop: string;
  readonly #table: FailureTable;
  /** Units of `stop` that the text so far ends with. */
  matched = 0;

  constructor(stop: string) {
    this.stop = stop;
    this.#table = failureTable(stop);
  }

  /** Takes the next unit; true when the stop string is complete. */
  push(unit: number): boolean {
    this.matched = matchNext(this.stop, this.#table, this.matched, unit);
    return this.matched === this.stop.length;
  }
}

/**
 * Watches a growing text for stop strings. The one that is complete first ends the text, of several
 * that are complete at the same place the longest; how the text is cut into pieces changes nothing.
 */
export class StopStrings {
  readonly #matchers: readonly Matcher[];
  #held = '';
  #hit = false;

  constructor(stops: readonly string[]) {
    this.#matchers = [...new Set(stops)].map((stop) => new Matcher(stop));
  }

  /** Whether a stop string has ended the text. */
  get hit(): boolean {
    return this.#hit;
  }

  /** Takes more text and gives back what is certain to belong to the answer. */
  push(text: string): string {
    if (this.#matchers.length === 0) return text;
    if (this.#hit) return '';
    const pending = this.#held + text;
    for (let at = 0; at < text.length; at++) {
      const length = this.#complete(text.charCodeAt(at));
      if (length > 0) {
        this.#hit = true;
        this.#held = '';
        return pending.slice(0, pending.length - (text.length - at - 1) - length);
      }
    }
    const hold = Math.max(...this.#matchers.map((matcher) => matcher.matched));
    this.#held = pending.slice(pending.length - hold);
    return pending.slice(0, pending.length - hold);
  }

  /** The text is over: what was held back became no stop string. */
  end(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }

  /** Feeds one unit to every matcher; the length of the longest stop string it completes, or 0. */
  #complete(unit: number): number {
    let longest = 0;
    for (const matcher of this.#matchers) {
      if (matcher.push(unit)) longest = Math.max(longest, matcher.stop.length);
    }
    return longest;
  }
}
