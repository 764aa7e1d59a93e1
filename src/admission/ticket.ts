// What a request keeps over all its attempts: its position in the queue, and how long it still may wait.

export interface Ticket {
  readonly number: number;
  /** Milliseconds that it may still wait. */
  budgetMs: number;
  /** Whether it had a permit before, and so cannot be turned away by a full queue. */
  admitted: boolean;
  /**
   * A request that was refused for load waits until then, in the clock's milliseconds, unless a place
   * becomes free before that nobody else waits for, or an outage ends.
   */
  readyAt: number;
  /** When it was refused last, in the clock's milliseconds; -Infinity before. */
  refusedAt: number;
  /** Whether its wait may end before. */
  wakeable: boolean;
}

/** The ticket of a request that has just come. */
export function newTicket(number: number, budgetMs: number, now: number): Ticket {
  const refusedAt = Number.NEGATIVE_INFINITY;
  return { number, budgetMs, admitted: false, readyAt: now, refusedAt, wakeable: true };
}
