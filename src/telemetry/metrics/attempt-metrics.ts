// Counts what is asked of GLM: each attempt with how it ended, those repeated, the fallbacks taken.

import type {
  AdmissionEvents,
  AnsweredAttempt,
  FailedAttempt,
  TakenFallback,
} from '../../admission/events.ts';
import type { MetricMaker } from './metric-maker.ts';
import { upstreamCode } from './upstream-code.ts';

const FIRST_BYTE_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300];

const nothing = () => undefined;

export class AttemptMetrics implements AdmissionEvents {
  readonly #isKnownCode: (code: string) => boolean;
  readonly #attempts;
  readonly #firstByte;
  readonly #retries;
  readonly #fallbacks;
  // Read from the snapshot, or of no use as a number.
  readonly queued = nothing;
  readonly permitted = nothing;
  readonly accountRested = nothing;
  readonly limitLearned = nothing;
  readonly outageChanged = nothing;

  /** @param isKnownCode whether a code of the provider's is in our own table of them */
  constructor(make: MetricMaker, isKnownCode: (code: string) => boolean) {
    this.#isKnownCode = isKnownCode;
    this.#attempts = make.counter(
      'upstream_requests_total',
      "Requests to GLM that ended, by GLM model: ok, GLM's code, http_4xx, http_5xx, connect, timeout, cut or other.",
      ['model', 'code'],
    );
    this.#firstByte = make.histogram(
      'upstream_first_byte_seconds',
      'Until GLM accepts a chat, or has answered an embedding request; of those that were answered.',
      ['model'],
      FIRST_BYTE_SECONDS,
    );
    this.#retries = make.counter(
      'upstream_retries_total',
      'Requests to GLM that failed and were asked once more of the same model, by the failure.',
      ['model', 'reason'],
    );
    this.#fallbacks = make.counter(
      'fallbacks_total',
      'Chats that went on to another served name, by why: the failure, rests or outage.',
      ['from', 'to', 'reason'],
    );
  }

  attemptAnswered({ model, acceptedMs }: AnsweredAttempt): void {
    this.#attempts.inc({ model, code: 'ok' });
    if (acceptedMs !== null) this.#firstByte.observe({ model }, acceptedMs / 1000);
  }

  attemptFailed({ model, error, nextWaitMs }: FailedAttempt): void {
    this.#attempts.inc({ model, code: upstreamCode(error, this.#isKnownCode) });
    if (nextWaitMs !== null) this.#retries.inc({ model, reason: error.kind });
  }

  fallbackTaken({ from, to, reason }: TakenFallback): void {
    this.#fallbacks.inc({ from, to, reason });
  }
}
