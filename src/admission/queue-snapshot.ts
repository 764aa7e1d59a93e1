// What the queue looks like at a moment: a row for each thing that is waited for, and why.

import type { WaitReason } from './events.ts';
import type { RequestKind } from './permit-pool.ts';

/** Those who wait for one thing, for the same reason. */
export interface QueueSnapshot {
  /** The served name that was asked for, or a fallback of it. */
  readonly name: string;
  readonly kind: RequestKind;
  readonly reason: WaitReason;
  readonly waiting: number;
  /** Milliseconds, of the one that has waited longest. */
  readonly longestWaitMs: number;
}

/** One that waits. */
interface Wait extends Pick<QueueSnapshot, 'name' | 'kind' | 'reason'> {
  readonly waitedMs: number;
}

/** The rows of those who wait, in the order of their first. */
export function rowsOf(waits: readonly Wait[]): readonly QueueSnapshot[] {
  const rows = new Map<string, QueueSnapshot>();
  for (const { waitedMs, ...what } of waits) {
    const key = JSON.stringify(what);
    const { waiting = 0, longestWaitMs = 0 } = rows.get(key) ?? {};
    const longest = Math.max(longestWaitMs, waitedMs);
    rows.set(key, { ...what, waiting: waiting + 1, longestWaitMs: longest });
  }
  return [...rows.values()];
}
