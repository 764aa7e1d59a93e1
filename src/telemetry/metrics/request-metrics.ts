// Counts what became of requests, how long each part of them took, and what they cost in tokens.

import type { Usage } from '../../model/chat-model.ts';
import type { Observer, RequestReport } from '../../worker/observer.ts';
import type { MetricMaker } from './metric-maker.ts';
import type { ServedNames } from './served-names.ts';

/** Models that think take minutes, agents take longer. */
const ANSWER_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 600, 1800, 3600];
const WAIT_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300];
const TOKEN_SECONDS = [0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1];

export class RequestMetrics implements Observer {
  readonly #names: ServedNames;
  readonly #requests;
  readonly #duration;
  readonly #queueTime;
  readonly #firstText;
  readonly #perToken;
  readonly #tokens;

  constructor(make: MetricMaker, names: ServedNames) {
    this.#names = names;
    this.#requests = make.counter(
      'requests_total',
      'Requests that ended, by what became of them: done, left (by the caller), or the failure.',
      ['operation', 'model', 'outcome'],
    );
    this.#duration = make.histogram(
      'request_duration_seconds',
      'From the arrival of a request to the end of its answer; of those that were answered.',
      ['operation', 'model'],
      ANSWER_SECONDS,
    );
    this.#queueTime = make.histogram(
      'queue_time_seconds',
      'From the arrival of a request to its first permit to ask GLM, or to its end without one.',
      ['model'],
      WAIT_SECONDS,
    );
    this.#firstText = make.histogram(
      'time_to_first_text_seconds',
      'From the arrival of a chat to its first text, the time in the queue included.',
      ['model'],
      ANSWER_SECONDS,
    );
    this.#perToken = make.histogram(
      'time_per_output_token_seconds',
      'Between the tokens of an answer after its first text; of those that GLM has counted.',
      ['model'],
      TOKEN_SECONDS,
    );
    this.#tokens = make.counter(
      'tokens_total',
      'Tokens as GLM counts them: input, output; cached is a part of input, reasoning of output.',
      ['model', 'type'],
    );
  }

  requestFinished(report: RequestReport): void {
    const { operation, outcome, waitedMs, firstTextMs, totalMs, countedUsage } = report;
    const model = this.#names.label(report.model);
    const what = outcome.is === 'failed' ? outcome.failure.kind : outcome.is;
    this.#requests.inc({ operation, model, outcome: what });
    this.#queueTime.observe({ model }, waitedMs / 1000);
    if (outcome.is === 'done') this.#duration.observe({ operation, model }, totalMs / 1000);
    if (firstTextMs !== null) this.#firstText.observe({ model }, firstTextMs / 1000);
    if (countedUsage === null) return;
    this.#count(model, countedUsage);
    if (outcome.is === 'done' && firstTextMs !== null) {
      this.#observeSpeed(model, countedUsage, totalMs - firstTextMs);
    }
  }

  #count(model: string, usage: Usage): void {
    const { promptTokens, completionTokens, cachedTokens = 0, reasoningTokens = 0 } = usage;
    this.#tokens.inc({ model, type: 'input' }, promptTokens);
    this.#tokens.inc({ model, type: 'output' }, completionTokens);
    this.#tokens.inc({ model, type: 'cached' }, cachedTokens);
    this.#tokens.inc({ model, type: 'reasoning' }, reasoningTokens);
  }

  #observeSpeed(model: string, usage: Usage, tookMs: number): void {
    const { completionTokens, reasoningTokens = 0 } = usage;
    // What was thought came before the first text, and one token was there when the time begins.
    const after = completionTokens - reasoningTokens - 1;
    if (after > 0) this.#perToken.observe({ model }, tookMs / 1000 / after);
  }

  unknownModel(): void {
    // A question about a model is no request for an answer.
  }
}
