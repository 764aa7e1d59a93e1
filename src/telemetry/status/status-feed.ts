// Hands one snapshot a second to everybody who looks, and makes none while nobody does.

import type { Cancel, Clock } from '../../lib/clock.ts';
import type { StatusSnapshot } from './snapshot.ts';

/** Time between two snapshots, in milliseconds. */
const STEP_MS = 1000;

/** Pages that get them as they come; more can ask for one now and then. */
export const MOST_VIEWERS = 8;

/** Somebody who looks. */
export interface Viewer {
  next(snapshot: StatusSnapshot): void;
  /** The worker stops: this one is the last. */
  end(snapshot: StatusSnapshot): void;
}

/** Stops looking. */
export type StopLooking = () => void;

export class StatusFeed {
  readonly #make: () => StatusSnapshot;
  readonly #clock: Clock;
  readonly #viewers = new Set<Viewer>();
  #newest: { readonly snapshot: StatusSnapshot; readonly at: number } | null = null;
  #cancel: Cancel = () => undefined;
  #isClosed = false;

  /** @param make makes a snapshot of this moment */
  constructor(make: () => StatusSnapshot, clock: Clock) {
    this.#make = make;
    this.#clock = clock;
  }

  /** Whether the worker stops, and nobody is told anything any more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** A snapshot that is not older than a second. */
  current(): StatusSnapshot {
    const newest = this.#newest;
    if (newest !== null && this.#clock.now() - newest.at < STEP_MS) return newest.snapshot;
    return this.#fresh();
  }

  /** Tells the viewer of each snapshot from now on; null where too many look already. */
  watch(viewer: Viewer): StopLooking | null {
    if (this.#isClosed || this.#viewers.size >= MOST_VIEWERS) return null;
    this.#viewers.add(viewer);
    viewer.next(this.current());
    if (this.#viewers.size === 1) this.#wait();
    return () => {
      this.#viewers.delete(viewer);
      if (this.#viewers.size === 0) this.#cancel();
    };
  }

  /** Tells everybody the last of it. */
  close(): void {
    this.#isClosed = true;
    this.#cancel();
    const snapshot = this.#fresh();
    for (const viewer of this.#viewers) viewer.end(snapshot);
    this.#viewers.clear();
  }

  #wait(): void {
    this.#cancel = this.#clock.after(STEP_MS, () => {
      const snapshot = this.#fresh();
      for (const viewer of this.#viewers) viewer.next(snapshot);
      this.#wait();
    });
  }

  #fresh(): StatusSnapshot {
    const snapshot = this.#make();
    this.#newest = { snapshot, at: this.#clock.now() };
    return snapshot;
  }
}
