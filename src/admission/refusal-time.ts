// How soon the provider refuses. What it has not refused for much longer, it has taken.

/** What was not refused for so many times as long as refusals take counts as taken. */
const TIMES = 4;

/** Never sooner than this, in milliseconds: a busy machine hears of a refusal late. */
const SHORTEST_MS = 250;

/** Weight of the latest refusal where it came sooner than those before. */
const NEWEST = 0.1;

/**
 * An answer's headers may come with its first token, seconds after the request was taken, while a
 * refusal comes at once. Whoever waited for the headers would learn late that an outage is over.
 */
export class RefusalTime {
  #ms: number | null = null;

  /** @param afterMs milliseconds from the request to its refusal */
  refused(afterMs: number): void {
    const before = this.#ms ?? afterMs;
    this.#ms = Math.max(afterMs, before + NEWEST * (afterMs - before));
  }

  /** Milliseconds after which a request that was not refused was taken; Infinity while none was refused. */
  get takenAfterMs(): number {
    return this.#ms === null ? Number.POSITIVE_INFINITY : Math.max(TIMES * this.#ms, SHORTEST_MS);
  }
}
