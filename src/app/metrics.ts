// Loads the metrics and their library where they are on; a worker without them does not pay for them.

import { version as node } from 'node:process';
import type { AdmissionEvents } from '../admission/events.ts';
import type { Settings } from '../config/slices.ts';
import type { Registration } from '../controller/registration.ts';
import { glmCodes } from '../glm/errors.ts';
import type { MetricsPage } from '../http/operate/metrics.ts';
import { systemClock } from '../lib/clock.ts';
import type { MetricsSources } from '../telemetry/metrics/metrics.ts';
import type { RegistrationState } from '../telemetry/metrics/worker-metrics.ts';
import type { Observer } from '../worker/observer.ts';
import { featuresOf } from './features.ts';
import { version } from './version.ts';

export interface LoadedMetrics {
  readonly observers: readonly Observer[];
  readonly listeners: readonly AdmissionEvents[];
  /** Null when they are off. */
  readonly page: MetricsPage | null;
}

/** What they are made of, as far as the worker itself has to tell it. */
interface WorkerSources
  extends Pick<MetricsSources, 'admission' | 'servedNames' | 'tally' | 'written'> {
  readonly state: { readonly draining: boolean; readonly registration: Registration | null };
}

const OFF: LoadedMetrics = { observers: [], listeners: [], page: null };

/** @param sources are asked when somebody scrapes, and not before everything has started */
export async function loadMetrics(
  settings: Settings,
  { state, ...sources }: WorkerSources,
): Promise<LoadedMetrics> {
  if (!featuresOf(settings).metrics) return OFF;
  const { createMetrics } = await import('../telemetry/metrics/metrics.ts');
  const { requests, attempts, registry } = createMetrics({
    ...{ ...sources, version: version(), node },
    isKnownCode: (code) => glmCodes.has(code),
    isDraining: () => state.draining,
    registration: settings.controller.noRegister ? null : () => registrationState(state),
  });
  return { observers: [requests], listeners: [attempts], page: registry };
}

function registrationState({ registration }: WorkerSources['state']): RegistrationState {
  const { fresh = false, acceptedAt = null } = registration ?? {};
  const isRegistered = fresh;
  if (acceptedAt === null) return { isRegistered, acceptedAt };
  return { isRegistered, acceptedAt: Date.now() - (systemClock.now() - acceptedAt) };
}
