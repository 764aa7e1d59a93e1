// Counts turns of the event loop: how often others could run while something was done.

export interface TurnCounter {
  /** Turns since it began. */
  readonly count: number;
  stop(): void;
}

/** Counts from now on, until it is stopped. */
export function turnCounter(): TurnCounter {
  let count = 0;
  const turn = () => {
    count++;
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  return {
    get count() {
      return count;
    },
    stop: () => clearImmediate(next),
  };
}
