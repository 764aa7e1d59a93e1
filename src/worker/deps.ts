// What the worker needs; the composition root puts it together.

import type { Admission } from '../admission/admission.ts';
import type { Clock } from '../lib/clock.ts';
import type { TokenCounter } from '../tokens/token-counter.ts';
import type { Observer } from './observer.ts';

export interface WorkerDeps {
  readonly admission: Admission;
  readonly counter: TokenCounter;
  readonly observer: Observer;
  readonly clock: Clock;
  /** Longest life of one request, waiting included, in milliseconds. */
  readonly generationTimeoutMs: number;
  /** An answer has at most one delta per so many milliseconds; 0 = as many as there is text for. */
  readonly streamIntervalMs: number;
}
