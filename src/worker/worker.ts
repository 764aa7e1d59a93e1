// The worker itself: answers FastChat's questions with the help of the models it serves.

import { Failure } from '../failure/failure.ts';
import { errorFrame, type Frame } from '../fastchat/frames.ts';
import type { ConversationTemplate } from '../fastchat/prompt/conversation.ts';
import { messagesToCount } from '../fastchat/prompt/messages.ts';
import type { EmbeddingReply, WorkerStatus } from '../fastchat/replies.ts';
import type { EmbeddingRequest, GenerateRequest } from '../fastchat/requests.ts';
import { answerChat } from './answer-chat.ts';
import { embed } from './answer-embeddings.ts';
import type { WorkerDeps } from './deps.ts';
import { type Caller, RequestContext } from './request-context.ts';
import type { ServedModel, ServedModels } from './served-models.ts';

export class Worker {
  readonly #deps: WorkerDeps;
  readonly #running = new Set<RequestContext>();
  #models: ServedModels;
  #draining = false;
  #onIdle: () => void = () => undefined;

  constructor(deps: WorkerDeps, models: ServedModels) {
    this.#deps = deps;
    this.#models = models;
  }

  /** Serves other models from now on; what runs goes on with those it began with. */
  serve(models: ServedModels): void {
    this.#models = models;
  }

  /** No names while draining, so that a controller that asks takes us out of service. */
  get status(): WorkerStatus {
    const names = this.#draining ? [] : this.#models.names;
    return { model_names: names, speed: 1, queue_length: this.#running.size };
  }

  /** Whether any model sees pictures. */
  get multimodal(): boolean {
    return this.#models.multimodal;
  }

  conversationTemplate(model: string | undefined): ConversationTemplate {
    return this.#deps.format.template(this.#describe(model).name);
  }

  contextLength(model: string | undefined): number {
    return this.#describe(model).contextLength;
  }

  /** Tokens of a prompt, as exactly as the settings want it. */
  async countTokens(model: string | undefined, prompt: string): Promise<number> {
    const { counter, format } = this.#deps;
    return counter.count(this.#describe(model), messagesToCount(prompt, format));
  }

  /**
   * Answers a prompt in frames, the last of which has a finish reason or an error code. It never
   * throws, and it ends without a last frame only for a caller who has left.
   */
  async *generate(
    request: GenerateRequest,
    caller: Caller,
  ): AsyncGenerator<Frame, void, undefined> {
    const context = this.#begin(caller);
    try {
      yield* answerChat(this.#deps, this.#models, request, context);
    } catch (error) {
      if (!context.left) yield errorFrame(context.failed(error).reply);
    } finally {
      this.#end(context);
    }
  }

  /**
   * Embeds all inputs or none; null for a caller who has left.
   * @throws Failure
   */
  async embed(request: EmbeddingRequest, caller: Caller): Promise<EmbeddingReply | null> {
    const context = this.#begin(caller);
    try {
      return await embed(this.#deps, this.#models, request, context);
    } catch (error) {
      if (!context.left) throw context.failed(error);
    } finally {
      this.#end(context);
    }
    return null;
  }

  /** Takes no new context and refuses what waits; what runs goes on. */
  drain(): void {
    this.#draining = true;
    this.#deps.gate.close();
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

  /** The model to describe: never a refusal, which would be a 500 for the end user. */
  #describe(name: string | undefined): ServedModel {
    const models = this.#models;
    const found = models.find(name);
    if (found === undefined && name !== undefined) {
      this.#deps.observer.unknownModel(name, models.first.name);
    }
    return found ?? models.first;
  }
}
