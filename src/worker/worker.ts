// The worker itself: answers FastChat's questions with the help of the models it serves.

import type { ConversationTemplate } from '../protocol/conversation.ts';
import { errorFrame, type Frame } from '../protocol/frames.ts';
import type { EmbeddingReply, WorkerStatus } from '../protocol/replies.ts';
import type { EmbeddingRequest, GenerateRequest } from '../protocol/requests.ts';
import { answerChat } from './chat.ts';
import { embed } from './embed.ts';
import { Failure } from './failure.ts';
import { messagesToCount } from './messages.ts';
import type { WorkerParts } from './parts.ts';
import type { ServedModel, ServedModels } from './served-models.ts';
import { type Call, Work } from './work.ts';

export class Worker {
  readonly #parts: WorkerParts;
  readonly #running = new Set<Work>();
  #models: ServedModels;
  #draining = false;
  #onIdle: () => void = () => undefined;

  constructor(parts: WorkerParts, models: ServedModels) {
    this.#parts = parts;
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
    return this.#parts.format.template(this.#describe(model).name);
  }

  contextLength(model: string | undefined): number {
    return this.#describe(model).contextLength;
  }

  /** Tokens of a prompt, as exactly as the settings want it. */
  async countTokens(model: string | undefined, prompt: string): Promise<number> {
    const { counter, format } = this.#parts;
    return counter.count(this.#describe(model), messagesToCount(prompt, format));
  }

  /**
   * Answers a prompt in frames, the last of which has a finish reason or an error code. It never
   * throws, and it ends without a last frame only for a caller who has left.
   */
  async *generate(request: GenerateRequest, call: Call): AsyncGenerator<Frame, void, undefined> {
    const work = this.#begin(call);
    try {
      yield* answerChat(this.#parts, this.#models, request, work);
    } catch (error) {
      if (!work.left) yield errorFrame(work.failed(error).reply);
    } finally {
      this.#end(work);
    }
  }

  /**
   * Embeds all inputs or none; null for a caller who has left.
   * @throws Failure
   */
  async embed(request: EmbeddingRequest, call: Call): Promise<EmbeddingReply | null> {
    const work = this.#begin(call);
    try {
      return await embed(this.#parts, this.#models, request, work);
    } catch (error) {
      if (!work.left) throw work.failed(error);
    } finally {
      this.#end(work);
    }
    return null;
  }

  /** Takes no new work and refuses what waits; what runs goes on. */
  drain(): void {
    this.#draining = true;
    this.#parts.gate.close();
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
    for (const work of this.#running) work.stop(new Failure('draining'));
  }

  #begin(call: Call): Work {
    const work = new Work(call, this.#parts.clock, this.#parts.generationTimeoutMs);
    this.#running.add(work);
    return work;
  }

  #end(work: Work): void {
    this.#running.delete(work);
    this.#parts.observer.workFinished(work.close());
    if (this.#running.size === 0) this.#onIdle();
  }

  /** The model to describe: never a refusal, which would be a 500 for the end user. */
  #describe(name: string | undefined): ServedModel {
    const models = this.#models;
    const found = models.find(name);
    if (found === undefined && name !== undefined) {
      this.#parts.observer.unknownModel(name, models.first.name);
    }
    return found ?? models.first;
  }
}
