// Plain counters of what seldom happens to the worker itself, kept whether or not anybody asks for them.

/** A reading of MODELS_FILE. */
interface Reload {
  /** In milliseconds since the epoch. */
  readonly at: number;
  /** Whether what was read is served. */
  readonly isTaken: boolean;
}

export class WorkerTally {
  readonly #now: () => number;
  /** Calls to the controller that failed. */
  heartBeatFailures = 0;
  /** Heart beats that the controller answered with not knowing this worker. */
  timesForgotten = 0;
  /** Signed tokens that were replaced because GLM refused them. */
  tokenRenewals = 0;
  /** Requests whose credentials or key were missing or wrong. */
  authFailures = 0;
  /** The last one; the start counts as the first. */
  reload: Reload;

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
    this.reload = { at: now(), isTaken: true };
  }

  reloaded(isTaken: boolean): void {
    this.reload = { at: this.#now(), isTaken };
  }

  registered(): void {
    // The registration itself knows since when.
  }

  forgotten(): void {
    this.timesForgotten++;
  }

  failed(): void {
    this.heartBeatFailures++;
  }
}
