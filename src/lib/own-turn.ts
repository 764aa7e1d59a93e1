// Keeps long work from holding up everybody else: its pieces run in turns of the event loop of their own.

import { setImmediate } from 'node:timers/promises';

/** One queue for the process, since there is one event loop. */
let last: Promise<void> = Promise.resolve();

/**
 * Resolves in a later turn of the event loop, and never for two callers in the same one: however much
 * long work is under way, nobody waits for more than one piece of it. First come, first served.
 */
export function ownTurn(): Promise<void> {
  last = last.then(() => setImmediate());
  return last;
}
