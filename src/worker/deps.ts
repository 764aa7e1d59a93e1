// What the worker needs; the composition root puts it together.

import type { Gate } from '../admission/gate.ts';
import type { Clock } from '../lib/clock.ts';
import type { TokenCounter } from '../tokens/token-counter.ts';
import type { Observer } from './observer.ts';

export interface WorkerDeps {
  readonly gate: Gate;
  readonly counter: TokenCounter;
  readonly observer: Observer;
  readonly clock: Clock;
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number;
  /** Attempts after the first one, as long as nothing has been said. */
  readonly retries: number;
  /** Longest life of one request, waiting included, in milliseconds. */
  readonly generationTimeoutMs: number;
  /** An answer has at most one delta per so many milliseconds; 0 = as many as there is text for. */
  readonly streamIntervalMs: number;
}
