// Time as an argument, so that a test can decide what the hour is and when a wait ends.

/** Ends a timer before it fires; harmless when it already has. */
export type Cancel = () => void;

export interface Clock {
  /** Milliseconds since some moment; never goes back, whatever is done to the machine's clock. */
  now(): number;
  /** Calls `action` once, `ms` milliseconds from now, without keeping the process alive. */
  after(ms: number, action: () => void): Cancel;
}

export const systemClock: Clock = {
  now: () => Math.round(performance.now()),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** The hour as the machine has it, in milliseconds since the epoch; may be wrong, and may jump. */
export type WallClock = () => number;

/** An hour that is off by so much is wrong: the way to a server and the whole seconds it tells explain less. */
export const WRONG_HOUR_MS = 5000;

/**
 * Waits `ms` milliseconds.
 * @throws the signal's reason as soon as the signal aborts.
 */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const onAbort = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
