// What answers: the way to GLM, who may take it when, and the worker with the models that it serves.

import type { Dispatcher } from 'undici';
import { Admission } from '../admission/admission.ts';
import type { AdmissionEvents } from '../admission/events.ts';
import type { Settings } from '../config/slices.ts';
import { GlmClock } from '../glm/glm-clock.ts';
import { RefusedFields } from '../glm/refused-fields.ts';
import { systemClock } from '../lib/clock.ts';
import { TokenCounter } from '../tokens/token-counter.ts';
import { createAgent } from '../upstream/agent.ts';
import type { Observer } from '../worker/observer.ts';
import { Worker } from '../worker/worker.ts';
import { concurrencyOf, factorySettings, ModelFactory } from './model-factory.ts';
import type { Telemetry } from './telemetry.ts';
import { version } from './version.ts';
import { warnOfClock, warnOfField } from './warnings.ts';

export interface Serving {
  /** Connections to GLM. */
  readonly agent: Dispatcher;
  readonly glmClock: GlmClock;
  readonly admission: Admission;
  readonly factory: ModelFactory;
  readonly worker: Worker;
}

/**
 * @param observer is told of every request
 * @throws Error in one line when a model cannot be served
 */
export function createServing(
  settings: Settings,
  { redactor, logger, tally, listener }: Telemetry,
  observer: Observer,
): Serving {
  const agent = createAgent(settings.upstream, settings.upstream);
  const glmClock = new GlmClock(Date.now, (offMs) => warnOfClock(logger, offMs));
  const admission = createAdmission(settings, listener);
  const factory = new ModelFactory(factorySettings(settings), {
    ...{ admission, glmClock, clock: systemClock, dispatcher: agent },
    onTokenRenewed: () => {
      tally.tokenRenewals++;
    },
    refusedFields: new RefusedFields((model, message) =>
      warnOfField(logger, model, redactor.clean(message)),
    ),
    userAgent: `glm-worker/${version()}`,
  });
  const { generationTimeoutMs, streamIntervalMs } = settings.worker;
  const clock = systemClock;
  const counter = new TokenCounter(clock);
  const worker = new Worker(
    { admission, counter, observer, clock, generationTimeoutMs, streamIntervalMs },
    factory.create(settings.models.entries),
  );
  return { agent, glmClock, admission, factory, worker };
}

function createAdmission(settings: Settings, events: AdmissionEvents): Admission {
  const { queueLimit, queueTimeoutMs, retries, concurrency } = settings.admission;
  const permits = concurrencyOf(concurrency, settings.models.baseUrl).max;
  return new Admission({
    ...{ permits, queueLimit, queueTimeoutMs, retries, events },
    clock: systemClock,
    random: Math.random,
  });
}
