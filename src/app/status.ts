// Puts together what the status page shows.

import { version as nodeVersion } from 'node:process';
import type { Settings } from '../config/slices.ts';
import { systemClock } from '../lib/clock.ts';
import type { Redactor } from '../telemetry/redactor.ts';
import { SnapshotMaker, type StatusSources } from '../telemetry/status/make-snapshot.ts';
import { RegistrationWatch } from '../telemetry/status/registration-watch.ts';
import { StatusFeed } from '../telemetry/status/status-feed.ts';
import { StatusObserver } from '../telemetry/status/status-observer.ts';
import { StatusTime } from '../telemetry/status/status-time.ts';
import { concurrencyOf } from './model-factory.ts';
import { shownSettings } from './shown-settings.ts';
import { version } from './version.ts';

/** Longest reason of a reload that failed, in UTF-16 units. */
const REASON_LIMIT = 500;

export interface Status {
  /** Listens to worker and admission. */
  readonly observer: StatusObserver;
  readonly registration: RegistrationWatch;
  readonly feed: StatusFeed;
  /** MODELS_FILE was read again; null when it was taken, else why not. */
  reloaded(reason: string | null): void;
}

/** @param sources are asked when somebody looks, and not before everything has started */
export function createStatus(
  settings: Settings,
  redactor: Redactor,
  sources: StatusSources,
): Status {
  const time = new StatusTime(systemClock, Date.now);
  const observer = new StatusObserver(time, systemClock, redactor, () => sources.admission());
  const registration = new RegistrationWatch(time);
  const facts = {
    version: version(),
    node: nodeVersion,
    limit: concurrencyOf(settings.admission.concurrency, settings.models.baseUrl).max,
    settings: shownSettings(settings, (text) => redactor.clean(text)),
  };
  const maker = new SnapshotMaker({ time, facts, observer, registration, sources });
  const feed = new StatusFeed(() => maker.make(), systemClock);
  return {
    ...{ observer, registration, feed },
    reloaded: (reason) => maker.reloaded(reason && redactor.excerpt(reason, REASON_LIMIT)),
  };
}
