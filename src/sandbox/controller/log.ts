// Remembers what the controller was asked, for tests that wait for a registration or a heart beat.
import type { IncomingHttpHeaders } from 'node:http';

/** A call the controller received. */
export interface ControllerCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The parsed JSON body; undefined when it is none. */
  readonly body: unknown;
  /** `Date.now()` when the body had arrived. */
  readonly at: number;
}

interface Watcher {
  readonly path: string;
  readonly n: number;
  readonly resolve: (call: ControllerCall) => void;
}

/** The latest calls, and those who wait for one. */
export class ControllerLog {
  readonly calls: ControllerCall[] = [];
  readonly #limit: number;
  #watchers: Watcher[] = [];
  readonly #counts = new Map<string, number>();

  /** @param limit how many calls are kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(call: ControllerCall): void {
    this.calls.push(call);
    if (this.calls.length > this.#limit) this.calls.shift();
    const n = (this.#counts.get(call.path) ?? 0) + 1;
    this.#counts.set(call.path, n);
    this.#watchers = this.#watchers.filter((watcher) => {
      if (watcher.path !== call.path || watcher.n !== n) return true;
      watcher.resolve(call);
      return false;
    });
  }

  /** Resolves with call number `n` to the path; a call that the ring has dropped never comes. */
  waitFor(path: string, n: number): Promise<ControllerCall> {
    const kept = this.calls.filter((call) => call.path === path);
    const known = kept[n - 1 - (this.#counts.get(path) ?? 0) + kept.length];
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => this.#watchers.push({ path, n, resolve }));
  }
}
