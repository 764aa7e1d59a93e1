// Whose turn it is among those who wait: by the priority of the name, chats first, and nobody starves.

import type { RequestKind } from './permit-pool.ts';

/** How urgent the requests for a served model are, beside those for others; the most urgent first. */
export const priorities = ['high', 'normal', 'low'] as const;

export type Priority = (typeof priorities)[number];

/** What decides about the turn of a request; those that agree in it go in the order of their coming. */
export interface Standing {
  readonly priority: Priority;
  readonly kind: RequestKind;
}

/** So many permits in a row may go past a request that waits; the next one is for its like. */
export const MOST_PASSED = 4;

/** Whatever waits. */
interface Waiting {
  readonly target: Standing;
}

export class QueueOrder {
  /** How often those of a rank were passed since one of them went last, or began to wait. */
  readonly #passed = new Map<number, number>();

  /** The one whose turn it is. @param waiting in the order of their coming */
  first<One extends Waiting>(waiting: readonly One[]): One | undefined {
    const ranks = [...new Set(waiting.map(rankOf))].sort((a, b) => a - b);
    const due = ranks.filter((rank) => this.#passesOf(rank) >= MOST_PASSED);
    const [longest] = due.sort((a, b) => this.#passesOf(b) - this.#passesOf(a));
    const turn = longest ?? ranks[0];
    return waiting.find((one) => rankOf(one) === turn);
  }

  /** Takes note of who went. @param left who waits still, and could have gone */
  went(one: Waiting, left: readonly Waiting[]): void {
    const rank = rankOf(one);
    const ranks = new Set(left.map(rankOf));
    for (const known of this.#passed.keys()) if (!ranks.has(known)) this.#passed.delete(known);
    this.#passed.delete(rank);
    for (const other of ranks) {
      if (other > rank) this.#passed.set(other, this.#passesOf(other) + 1);
    }
  }

  #passesOf(rank: number): number {
    return this.#passed.get(rank) ?? 0;
  }
}

/** The place of a request in line, before the order of their coming: the smaller the earlier. */
export function rankOf({ target: { priority, kind } }: Waiting): number {
  return 2 * priorities.indexOf(priority) + (kind === 'chat' ? 0 : 1);
}
