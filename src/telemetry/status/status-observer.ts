// Keeps what the status page needs to know of requests, failures, load and speed; never what was said.

import type {
  AdmissionEvents,
  FailedAttempt,
  PermittedRequest,
  QueuedRequest,
} from '../../admission/events.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Observer, RequestReport } from '../../worker/observer.ts';
import type { Redactor } from '../redactor.ts';
import { FailureGroups } from './failure-groups.ts';
import { LoadHistory, type LoadLevel } from './load-history.ts';
import { RequestsWatch } from './requests-watch.ts';
import { SpeedWindow } from './speed-window.ts';
import type { StatusTime } from './status-time.ts';

/** Longest piece of a name that a caller chose which is kept, in UTF-16 units. */
const NAME_LIMIT = 200;

/** Everything in it is bounded, whatever callers do. */
export class StatusObserver implements Observer, AdmissionEvents {
  readonly failures: FailureGroups;
  readonly requests: RequestsWatch;
  readonly history: LoadHistory;
  readonly speed = new SpeedWindow();
  readonly #time: StatusTime;
  readonly #redactor: Redactor;

  /** @param load reads how many run and wait */
  constructor(time: StatusTime, clock: Clock, redactor: Redactor, load: () => LoadLevel) {
    this.#time = time;
    this.#redactor = redactor;
    this.failures = new FailureGroups(time);
    this.requests = new RequestsWatch(time, (name) => this.#clean(name));
    this.history = new LoadHistory(clock, load);
  }

  requestFinished(report: RequestReport): void {
    const { outcome, requestId } = report;
    if (outcome.is === 'failed') {
      const { kind, upstream } = outcome.failure;
      const model = report.upstreamModel || this.#clean(report.model);
      this.failures.add({ kind, of: 'requests', model, account: null, requestId, upstream });
    }
    this.speed.add(this.#time.now(), report);
    this.requests.ended(report);
    this.history.changed();
  }

  attemptFailed({ error, requestId, model, account, attempt }: FailedAttempt): void {
    // What a fresh token or a field less has put right at once points at nobody.
    if (error.amended && attempt === 1) return;
    const { kind, upstream } = error;
    this.failures.add({ kind, of: 'attempts', model, account, requestId, upstream });
  }

  queued(request: QueuedRequest): void {
    this.requests.waits(request);
    this.history.changed();
  }

  permitted(request: PermittedRequest): void {
    this.requests.runs(request);
    this.history.changed();
  }

  // The snapshot of admission shows these as they are.
  attemptAnswered(): void {}
  accountRested(): void {}
  fallbackTaken(): void {}
  limitLearned(): void {}
  outageChanged(): void {}
  unknownModel(): void {}

  /** A copy: a mere slice would keep all of the string alive, as long as a body may be. */
  #clean(name: string): string {
    return Buffer.from(this.#redactor.excerpt(name, NAME_LIMIT)).toString();
  }
}
