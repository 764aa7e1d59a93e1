// Counts which models were asked in place of which others; as many as the operator has named.

import type { TakenFallback } from './events.ts';

export interface FallbackSnapshot {
  /** Served names. */
  readonly from: string;
  readonly to: string;
  readonly taken: number;
  /** Why it was taken last. */
  readonly reason: TakenFallback['reason'];
}

export class FallbackTally {
  readonly #rows = new Map<string, FallbackSnapshot>();

  add({ from, to, reason }: TakenFallback): void {
    const key = JSON.stringify([from, to]);
    const taken = (this.#rows.get(key)?.taken ?? 0) + 1;
    this.#rows.set(key, { from, to, taken, reason });
  }

  snapshot(): readonly FallbackSnapshot[] {
    return [...this.#rows.values()];
  }
}
