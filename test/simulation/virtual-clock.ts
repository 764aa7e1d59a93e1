// A clock that jumps from event to event, so that minutes of traffic pass in milliseconds.

import type { Cancel, Clock } from '../../src/lib/clock.ts';

interface Event {
  readonly at: number;
  /** Orders events of the same time as they were planned. */
  readonly number: number;
  action: (() => void) | null;
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.number < other.number);
}

/** Virtual time: a binary heap of what is still to happen. */
export class VirtualClock implements Clock {
  readonly #heap: Event[] = [];
  #now = 0;
  #planned = 0;

  now(): number {
    return this.#now;
  }

  after(ms: number, action: () => void): Cancel {
    const event: Event = { at: this.#now + ms, number: this.#planned++, action };
    this.#push(event);
    return () => {
      event.action = null;
    };
  }

  /** Lets everything happen that is due until `until` (milliseconds), and stops there. */
  run(until: number): void {
    for (let next = this.#heap[0]; next !== undefined && next.at <= until; next = this.#heap[0]) {
      this.#pop();
      this.#now = next.at;
      next.action?.();
    }
    this.#now = until;
  }

  /** Lets the next thing happen; false when there is nothing more to come. */
  step(): boolean {
    const next = this.#heap[0];
    if (next === undefined) return false;
    this.#pop();
    this.#now = next.at;
    next.action?.();
    return true;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, event)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      if (left === undefined) break;
      const isRight = right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (!isBefore(child, last)) break;
      heap[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = last;
  }
}
