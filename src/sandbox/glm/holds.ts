// Waits that a test ends by name: what stands behind a hold is sent when the test says so.

/** The holds of one fake GLM. */
export class Holds {
  readonly #released = new Set<string>();
  readonly #waiting = new Map<string, Set<() => void>>();
  #arrivals: { readonly name: string; readonly resolve: () => void }[] = [];

  /** Names at which an answer waits now. */
  get waiting(): readonly string[] {
    return [...this.#waiting.keys()];
  }

  /** Calls `pass` once the hold is released; the result gives up waiting. */
  wait(name: string, pass: () => void): () => void {
    if (this.#released.has(name)) {
      pass();
      return () => undefined;
    }
    const passes = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, passes.add(pass));
    this.#tellArrivals(name);
    return () => {
      passes.delete(pass);
      if (passes.size === 0) this.#waiting.delete(name);
    };
  }

  /** Lets through what waits at the hold, and whatever comes to it until the reset. */
  release(name: string): void {
    this.#released.add(name);
    const passes = this.#waiting.get(name) ?? [];
    this.#waiting.delete(name);
    for (const pass of passes) pass();
  }

  /** Resolves when an answer waits at the hold. */
  arrival(name: string): Promise<void> {
    if (this.#waiting.has(name)) return Promise.resolve();
    return new Promise((resolve) => this.#arrivals.push({ name, resolve }));
  }

  #tellArrivals(name: string): void {
    const told = this.#arrivals.filter((arrival) => arrival.name === name);
    this.#arrivals = this.#arrivals.filter((arrival) => arrival.name !== name);
    for (const { resolve } of told) resolve();
  }

  /** Every hold holds again; what waits goes on waiting. */
  reset(): void {
    this.#released.clear();
  }
}
