// Which names may be values of a label: callers can invent more than a Prometheus should hold.

/** Stands for every name that was never served. */
const OTHER = 'other';

export class ServedNames {
  readonly #read: () => readonly string[];
  /** Names stay after a reload that takes them away: what runs goes on under them. */
  readonly #known = new Set<string>();

  /** @param read the names that are served at this moment */
  constructor(read: () => readonly string[]) {
    this.#read = read;
  }

  /** The name itself where it is or was served. */
  label(name: string): string {
    if (this.#known.has(name)) return name;
    for (const served of this.#read()) this.#known.add(served);
    return this.#known.has(name) ? name : OTHER;
  }
}
