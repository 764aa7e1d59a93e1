// What tells of a worker that runs: log, traces, metrics and status page, and whoever listens for them.

import type { DestinationStream, Logger } from 'pino';
import type { Admission } from '../admission/admission.ts';
import type { AdmissionEvents } from '../admission/events.ts';
import type { Settings } from '../config/slices.ts';
import type { Registration } from '../controller/registration.ts';
import type { GlmClock } from '../glm/glm-clock.ts';
import type { MetricsPage } from '../http/operate/metrics.ts';
import type { WrittenTally } from '../http/stream-writer.ts';
import { LogObserver } from '../telemetry/log-observer.ts';
import { createLogger } from '../telemetry/logger.ts';
import { listeners, observers } from '../telemetry/observers.ts';
import { Redactor } from '../telemetry/redactor.ts';
import type { Tracing } from '../telemetry/tracing/tracing.ts';
import { WorkerTally } from '../telemetry/worker-tally.ts';
import type { Observer } from '../worker/observer.ts';
import type { Worker } from '../worker/worker.ts';
import type { AdvertisedAddress } from './addresses.ts';
import { loadMetrics } from './metrics.ts';
import { registrationFacts } from './registration-events.ts';
import { secretsOf } from './secrets.ts';
import { createStatus, type Status } from './status.ts';
import { createTracing } from './tracing.ts';

/** What changes while the process lives, and is known to who runs it alone. */
export interface AppState {
  draining: boolean;
  /** Null without a controller, and before it listens. */
  registration: Registration | null;
  address: AdvertisedAddress | null;
}

/** What is looked at when somebody asks for metrics or the status. */
interface Shown {
  readonly admission: Admission;
  readonly worker: Worker;
  readonly glmClock: GlmClock;
}

export interface Telemetry {
  readonly redactor: Redactor;
  readonly logger: Logger;
  readonly tracing: Tracing;
  /** What is counted whether or not there are metrics. */
  readonly tally: WorkerTally;
  /** Frames and bytes that callers were sent. */
  readonly written: WrittenTally;
  readonly status: Status;
  /** Null when metrics are off. */
  readonly metricsPage: MetricsPage | null;
  /** Has to be told of every request. */
  readonly observer: Observer;
  /** Has to be told of what admission does. */
  readonly listener: AdmissionEvents;
}

/**
 * @param logs where log lines go
 * @param shown is asked when somebody looks, and not before everything has started
 */
export async function createTelemetry(
  settings: Settings,
  logs: DestinationStream,
  state: AppState,
  shown: () => Shown,
): Promise<Telemetry> {
  const redactor = new Redactor(secretsOf(settings));
  const logger = createLogger({ level: settings.log.logLevel, redactor }, logs);
  const tracing = await createTracing(settings, logger, redactor);
  const log = new LogObserver(logger, redactor);
  const tally = new WorkerTally(Date.now);
  const written = { frames: 0, bytes: 0 };
  const admission = () => shown().admission.snapshot();
  const metrics = await loadMetrics(settings, {
    ...{ state, tally, written, admission },
    servedNames: () => shown().worker.modelNames,
  });
  const status = createStatus(settings, redactor, {
    admission,
    models: () => shown().worker.models,
    isDraining: () => state.draining,
    clockBehindMs: () => shown().glmClock.behindMs,
    registration: () => registrationFacts(settings.controller, state, redactor),
  });
  return {
    ...{ redactor, logger, tracing, tally, written, status },
    metricsPage: metrics.page,
    observer: observers(log, ...metrics.observers, status.observer),
    listener: listeners(log, ...metrics.listeners, status.observer),
  };
}
