// The worker itself: answers prepared requests with the models it serves, whatever door they came by.

import { Failure } from '../failure/failure.ts';
import type { ChatMessage } from '../model/chat-model.ts';
import type { AnswerDelta } from './answer.ts';
import { answerChat } from './answer-chat.ts';
import { type AskedEmbeddings, answerEmbeddings, type Embeddings } from './answer-embeddings.ts';
import type { WorkerDeps } from './deps.ts';
import type { AskedChat } from './prepared-chat.ts';
import { type Caller, RequestContext } from './request-context.ts';
import type { ServedModel, ServedModels } from './served-models.ts';

export class Worker {
  readonly #deps: WorkerDeps;
  readonly #running = new Set<RequestContext>();
  #models: ServedModels;
  #leaving = false;
  #describedAt = Number.NEGATIVE_INFINITY;
  #onIdle: () => void = () => undefined;

  constructor(deps: WorkerDeps, models: ServedModels) {
    this.#deps = deps;
    this.#models = models;
  }

  /** Serves other models from now on; what runs goes on with those it began with. */
  serve(models: ServedModels): void {
    this.#models = models;
  }

  /** None once it leaves, so that a controller that asks takes us out of service. */
  get modelNames(): readonly string[] {
    return this.#leaving ? [] : this.#models.names;
  }

  /** What they stand for. */
  get models(): readonly ServedModel[] {
    return this.#leaving ? [] : this.#models.all;
  }

  /** Requests that run or wait. */
  get load(): number {
    return this.#running.size;
  }

  /** Whether any model sees pictures. */
  get multimodal(): boolean {
    return this.#models.multimodal;
  }

  /** When somebody asked about a model last, by the clock: FastChat's API server does so before each chat. */
  get describedAt(): number {
    return this.#describedAt;
  }

  /** The model to describe: never a refusal, which would be a 500 for FastChat's end user. */
  describe(name: string | undefined): ServedModel {
    const models = this.#models;
    this.#describedAt = this.#deps.clock.now();
    const found = models.find(name);
    if (found === undefined && name !== undefined) {
      this.#deps.observer.unknownModel(name, models.first.name);
    }
    return found ?? models.first;
  }

  /** Tokens of a conversation, as exactly as the settings want it. */
  async countTokens(model: ServedModel, messages: readonly ChatMessage[]): Promise<number> {
    return this.#deps.counter.count(model, messages);
  }

  /**
   * Answers a chat in deltas, the last of which has a finish.
   * @throws Failure, or CallerGone for a caller who has left
   */
  async *answer(asked: AskedChat, caller: Caller): AsyncGenerator<AnswerDelta, void, undefined> {
    const context = this.#begin(caller);
    try {
      yield* answerChat(this.#deps, this.#models, asked, context);
    } catch (error) {
      throw context.failed(error);
    } finally {
      this.#end(context);
    }
  }

  /**
   * Embeds all inputs or none.
   * @throws Failure, or CallerGone for a caller who has left
   */
  async embed(asked: AskedEmbeddings, caller: Caller): Promise<Embeddings> {
    const context = this.#begin(caller);
    return answerEmbeddings(this.#deps, this.#models, asked, context)
      .catch((error: unknown) => {
        throw context.failed(error);
      })
      .finally(() => this.#end(context));
  }

  /** Tells no names any more, but still takes what comes. */
  leave(): void {
    this.#leaving = true;
  }

  /** Takes no new request and refuses what waits; what runs goes on. */
  drain(): void {
    this.leave();
    this.#deps.admission.close();
  }

  /** Resolves when nothing runs any more, or `signal` aborts. */
  async idle(signal: AbortSignal): Promise<void> {
    if (this.#running.size === 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** Ends what still runs; each caller gets an error. */
  stop(): void {
    for (const context of this.#running) context.stop(new Failure('draining'));
  }

  #begin(caller: Caller): RequestContext {
    const context = new RequestContext(caller, this.#deps.clock, this.#deps.generationTimeoutMs);
    this.#running.add(context);
    return context;
  }

  #end(context: RequestContext): void {
    this.#running.delete(context);
    this.#deps.observer.requestFinished(context.close());
    if (this.#running.size === 0) this.#onIdle();
  }
}
