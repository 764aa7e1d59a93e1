// How many bytes of request bodies the process holds at once, whoever sent them.

import { getHeapStatistics } from 'node:v8';

/**
 * Share of the heap that bodies may take. A body of text is in memory a few times while its request
 * lives: as bytes, as a string, as messages, and once more on its way to the model.
 */
const SHARE_OF_HEAP = 10;

export class ByteBudget {
  readonly #limit: number;
  #used = 0;

  /** @param limit in bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** In bytes. */
  get used(): number {
    return this.#used;
  }

  /** Takes so many bytes, or none: then false. */
  take(bytes: number): boolean {
    if (this.#used + bytes > this.#limit) return false;
    this.#used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }
}

/** The budget that fits the heap of this process, with room for at least one body of `bodyLimit`. */
export function budgetOfHeap(bodyLimit: number): ByteBudget {
  const { heap_size_limit: heap } = getHeapStatistics();
  // A buffer that grows is for a moment twice as large as what it holds.
  return new ByteBudget(Math.max(heap / SHARE_OF_HEAP, 2 * bodyLimit));
}
