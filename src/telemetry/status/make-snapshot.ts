// Puts a snapshot together from what is kept, and from what the parts of the worker say of themselves.

import type { AdmissionSnapshot, EndpointSnapshot } from '../../admission/admission.ts';
import type { ServedModel } from '../../worker/served-models.ts';
import { FAILURE_WINDOW_MS } from './failure-groups.ts';
import type { RegistrationFacts, RegistrationWatch } from './registration-watch.ts';
import type { LoadStatus, ShownSetting, StatusSnapshot } from './snapshot.ts';
import type { StatusObserver } from './status-observer.ts';
import type { StatusTime } from './status-time.ts';
import { verdictOf } from './verdict.ts';

/** What does not change while the process lives. */
export interface WorkerFacts {
  readonly version: string;
  readonly node: string;
  /** Most requests at once, whatever is learned. */
  readonly limit: number;
  readonly settings: readonly ShownSetting[];
}

/** What is read at the moment of a snapshot. */
export interface StatusSources {
  readonly admission: () => AdmissionSnapshot;
  readonly models: () => readonly ServedModel[];
  readonly isDraining: () => boolean;
  /** How far this machine's clock is behind the provider's, as far as was learned. */
  readonly clockBehindMs: () => number;
  /** Null without a controller. */
  readonly registration: () => RegistrationFacts | null;
}

/** A reload of MODELS_FILE, and what became of it. */
interface Reload {
  readonly at: number;
  readonly isTaken: boolean;
  readonly reason: string | null;
}

export interface SnapshotDeps {
  readonly time: StatusTime;
  readonly facts: WorkerFacts;
  readonly observer: StatusObserver;
  readonly registration: RegistrationWatch;
  readonly sources: StatusSources;
}

export class SnapshotMaker {
  readonly #deps: SnapshotDeps;
  readonly #startedAt: number;
  #lastReload: Reload | null = null;

  constructor(deps: SnapshotDeps) {
    this.#deps = deps;
    this.#startedAt = deps.time.now();
  }

  /** @param reason why the models were not taken; null when they were */
  reloaded(reason: string | null): void {
    this.#lastReload = { at: this.#deps.time.now(), isTaken: reason === null, reason };
  }

  make(): StatusSnapshot {
    const { time, facts, observer, sources } = this.#deps;
    const isDraining = sources.isDraining();
    const clockBehindMs = sources.clockBehindMs();
    const judged = {
      registration: this.#deps.registration.status(sources.registration()),
      failures: observer.failures.groups(),
      load: this.#load(),
      requests: observer.requests.recent(),
    };
    return {
      at: time.iso(time.now()),
      verdict: verdictOf({ ...judged, isDraining, clockBehindMs }),
      worker: this.#worker(isDraining, clockBehindMs),
      ...judged,
      failureWindowMs: FAILURE_WINDOW_MS,
      speed: observer.speed.status(time.now(), time.now() - this.#startedAt),
      lastReload: this.#reload(),
      settings: [...facts.settings],
      active: observer.requests.active(),
    };
  }

  #worker(draining: boolean, clockBehindMs: number): StatusSnapshot['worker'] {
    const { time, facts, sources } = this.#deps;
    const models = sources.models().map(({ name, upstreamModel: glmModel, chat, embedding }) => ({
      ...{ name, glmModel, chats: chat !== null, embeds: embedding !== null },
    }));
    const { version, node } = facts;
    return { version, node, startedAt: time.iso(this.#startedAt), clockBehindMs, draining, models };
  }

  #load(): LoadStatus {
    const { time, facts, observer, sources } = this.#deps;
    const { running, waiting, longestWaitMs, queue, endpoints } = sources.admission();
    const { history } = observer;
    return {
      ...{ running, waiting, longestWaitMs, limit: facts.limit },
      queue: queue.map(({ kind: _kind, ...row }) => row),
      endpoints: endpoints.map((endpoint) => shownEndpoint(endpoint, time.now())),
      history: [...history.steps()],
      historyStepMs: history.stepMs,
    };
  }

  #reload(): StatusSnapshot['lastReload'] {
    if (this.#lastReload === null) return null;
    return { ...this.#lastReload, at: this.#deps.time.iso(this.#lastReload.at) };
  }
}

function shownEndpoint(
  { account, model, inFlight, limit, outage, restsUntil, restsBecause }: EndpointSnapshot,
  now: number,
): LoadStatus['endpoints'][number] {
  const restsForMs = restsUntil === null ? null : restsUntil - now;
  return { account, model, running: inFlight, limit, outage, restsForMs, restsBecause };
}
