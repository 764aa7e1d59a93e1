// Waits for the callers whom the controller had sent here before it learned that this worker leaves.

import { type Clock, sleep } from '../lib/clock.ts';

/**
 * FastChat's API server asks about the model up to three times between its question to the controller
 * and the generation. Nobody comes any more after so many milliseconds without such a question, and
 * nobody is waited for any longer than the second: other callers may ask for ever.
 */
const QUIET_MS = 500;
const MOST_MS = 5000;

/**
 * Resolves when nobody is on the way any more, or `over` aborts.
 * @param askedAt when somebody asked about a model last, by the clock
 */
export async function lateCallers(
  clock: Clock,
  askedAt: () => number,
  over: AbortSignal,
): Promise<void> {
  const began = clock.now();
  for (;;) {
    const quietAt = Math.max(began, askedAt()) + QUIET_MS;
    const waitMs = Math.min(quietAt, began + MOST_MS) - clock.now();
    if (waitMs <= 0 || over.aborted) return;
    // An abort ends the wait as the time does.
    await sleep(clock, waitMs, over).catch(() => undefined);
  }
}
