// How long a question of the start waits for a server that says nothing, and that it ends with the worker.

import type { Test } from 'tap';
import { startUpstream } from './upstream.ts';

/** Asks the server at this address; resolves with the log lines of it. */
type Ask = (url: string, signal?: AbortSignal) => Promise<readonly object[]>;

/**
 * Silence is waited for so long and is one warning; a signal ends the wait without a word.
 * @param expected the wait in milliseconds, and what the warning matches
 */
export async function waitsForSilence(
  t: Test,
  ask: Ask,
  expected: { readonly ms: number; readonly line: object },
): Promise<void> {
  const { timeout } = AbortSignal;
  const limits = t.capture(AbortSignal, 'timeout', () => timeout.call(AbortSignal, 20));
  const silent = await startUpstream(t, () => undefined);
  t.match(await ask(silent.url), [{ level: 'warn', ...expected.line }]);
  t.match(limits(), [{ args: [expected.ms] }]);
  t.capture(AbortSignal, 'timeout', () => timeout.call(AbortSignal, 60_000));
  const stop = new AbortController();
  const other = await startUpstream(t, () => undefined);
  const ended = ask(other.url, stop.signal);
  const { closed } = await other.arrival;
  stop.abort();
  t.strictSame(await ended, []);
  await closed;
}
