// What the worker is made of; `app.ts` puts it together.

import type { Gate } from '../admission/gate.ts';
import type { PromptFormat } from '../fastchat/prompt/prompt-format.ts';
import type { Clock } from '../lib/clock.ts';
import type { TokenCounter } from '../tokens/token-counter.ts';
import type { Observer } from './observer.ts';

export interface WorkerDeps {
  readonly format: PromptFormat;
  readonly gate: Gate;
  readonly counter: TokenCounter;
  readonly observer: Observer;
  readonly clock: Clock;
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number;
  /** Tries after the first one, as long as nothing has been said. */
  readonly retries: number;
  /** Longest life of one generation, waiting included, in milliseconds. */
  readonly generationTimeoutMs: number;
  /** An answer has at most one frame per so many milliseconds; 0 = as many as there is text for. */
  readonly streamIntervalMs: number;
  /** Whether callers get to read what models think before they answer. */
  readonly showReasoning: boolean;
}
