// All metrics of one worker, as Prometheus reads them.

import type { Registry } from 'prom-client';
import type { AdmissionSnapshot } from '../../admission/admission.ts';
import type { AdmissionEvents } from '../../admission/events.ts';
import type { Observer } from '../../worker/observer.ts';
import { AttemptMetrics } from './attempt-metrics.ts';
import { addLoadMetrics } from './load-metrics.ts';
import { MetricMaker } from './metric-maker.ts';
import { addProcessMetrics } from './process-metrics.ts';
import { RequestMetrics } from './request-metrics.ts';
import { ServedNames } from './served-names.ts';
import { addWorkerMetrics, type WorkerFacts } from './worker-metrics.ts';

export interface MetricsSources extends WorkerFacts {
  readonly admission: () => AdmissionSnapshot;
  /** The names that are served at this moment. */
  readonly servedNames: () => readonly string[];
  /** Whether a code of the provider's is in our own table of them. */
  readonly isKnownCode: (code: string) => boolean;
}

export interface Metrics {
  readonly requests: Observer;
  readonly attempts: AdmissionEvents;
  readonly registry: Registry;
}

/** @param sources are asked when somebody scrapes, and not before */
export function createMetrics(sources: MetricsSources): Metrics {
  const make = new MetricMaker();
  const requests = new RequestMetrics(make, new ServedNames(sources.servedNames));
  const attempts = new AttemptMetrics(make, sources.isKnownCode);
  addLoadMetrics(make, sources.admission);
  addWorkerMetrics(make, sources);
  addProcessMetrics(make);
  return { requests, attempts, registry: make.registry };
}
