// Writes one line per finished piece of work: all that a night's question needs, and no content.

import type { Logger } from 'pino';
import type {
  AdmissionEvents,
  ChangedOutage,
  FailedAttempt,
  LearnedLimit,
  PermittedRequest,
  QueuedRequest,
  RestedAccount,
  TakenFallback,
} from '../admission/events.ts';
import { failureRow } from '../failure/table.ts';
import type { UpstreamDetail } from '../model/model-error.ts';
import type { Observer, RequestReport } from '../worker/observer.ts';
import type { Redactor } from './redactor.ts';

/** Unknown models that are logged by name; a caller can invent more than a log should hold. */
const UNKNOWN_MODELS_LIMIT = 100;

/** Longest piece of such a name that is kept and logged, in UTF-16 units. */
const NAME_LIMIT = 200;

/** What helps where thoughts have used up the tokens of an answer. */
const ONLY_REASONING =
  'the thoughts used up all of max_new_tokens: ask for more, or lower REASONING_EFFORT';

/** Longest piece of the provider's own words that is logged, in UTF-16 units. */
const MESSAGE_LIMIT = 300;

export class LogObserver implements Observer, AdmissionEvents {
  readonly #logger: Logger;
  readonly #redactor: Redactor;
  readonly #unknownModels = new Set<string>();

  /** @param redactor cleans what others wrote before it is cut */
  constructor(logger: Logger, redactor: Redactor) {
    this.#logger = logger;
    this.#redactor = redactor;
  }

  requestFinished(report: RequestReport): void {
    const { outcome, usage, onlyReasoning, fallback, account, failedAttempts, ...told } = report;
    const { operation: _operation, countedUsage: _countedUsage, ...facts } = told;
    const asked = {
      ...(account !== null && { account }),
      ...(fallback !== null && { fallback }),
      ...(failedAttempts.length > 0 && { failedAttempts }),
    };
    const line = { ...facts, ...asked, ...usage, outcome: outcome.is };
    if (outcome.is === 'failed') {
      const { kind, hint, cause, row } = outcome.failure;
      const upstream = this.#cut(outcome.failure.upstream);
      const { code: errorCode, remedy } = row;
      const told = { ...line, failure: kind, errorCode, hint, upstream, err: cause, remedy };
      // A defect is ours, and its line has the stack.
      if (kind === 'internal_error') this.#logger.error(told, 'failed');
      else this.#logger.warn(told, 'failed');
    } else if (outcome.is === 'done') {
      const { finish } = outcome;
      const thoughtsOnly = onlyReasoning && finish === 'length';
      const remedy = thoughtsOnly && { remedy: ONLY_REASONING };
      this.#logger.info({ ...line, finish, ...remedy }, 'answered');
    } else {
      this.#logger.info(line, 'the caller left');
    }
  }

  /** Without secrets, and no longer than a line should be. */
  #cut(detail: UpstreamDetail): UpstreamDetail {
    const { message } = detail;
    if (message === undefined) return detail;
    return { ...detail, message: this.#redactor.excerpt(message, MESSAGE_LIMIT) };
  }

  queued(request: QueuedRequest): void {
    this.#logger.debug(request, 'waits');
  }

  permitted(request: PermittedRequest): void {
    this.#logger.trace(request, 'asks');
  }

  attemptAnswered(): void {
    // The line of the request tells it.
  }

  attemptFailed({ error, ...facts }: FailedAttempt): void {
    const upstream = this.#cut(error.upstream);
    this.#logger.warn({ ...facts, failure: error.kind, upstream }, 'attempt failed');
  }

  fallbackTaken(taken: TakenFallback): void {
    this.#logger.info(taken, 'goes to a fallback');
  }

  limitLearned(learned: LearnedLimit): void {
    this.#logger.debug(learned, 'the limit is another one');
  }

  outageChanged({ isOn, ...facts }: ChangedOutage): void {
    if (isOn) this.#logger.warn(facts, 'the model answers nobody');
    else this.#logger.info(facts, 'the model answers again');
  }

  accountRested({ account, model, error, forMs }: RestedAccount): void {
    const { kind: failure, upstream } = error;
    const { remedy } = failureRow(failure);
    const line = { account, ...(model !== null && { model }), failure, code: upstream.code };
    this.#logger.warn({ ...line, forMs, remedy }, 'account rests');
  }

  unknownModel(model: string, answeredAs: string): void {
    // A copy: a mere slice would keep all of the string alive, as long as a body may be.
    const name = Buffer.from(this.#redactor.excerpt(model, NAME_LIMIT)).toString();
    if (this.#unknownModels.size >= UNKNOWN_MODELS_LIMIT || this.#unknownModels.has(name)) return;
    this.#unknownModels.add(name);
    this.#logger.warn({ model: name, answeredAs }, 'asked about a model not served');
  }
}
