// The worker itself: answers FastChat's questions with the help of the models it serves.

import type { Clock } from '../lib/clock.ts';
import type { ChatMessage, ChatRequest, ChatStream } from '../model/chat-model.ts';
import {
  type ConversationTemplate,
  conversationTemplate,
  TEMPLATE_STOP,
  zhipuMarkers,
} from '../protocol/conversation.ts';
import { errorFrame, type Frame } from '../protocol/frames.ts';
import type { WorkerStatus } from '../protocol/replies.ts';
import type { GenerateRequest } from '../protocol/requests.ts';
import { Failure } from './failure.ts';
import type { Gate } from './gate.ts';
import { Generation } from './generation.ts';
import { readPrompt } from './messages.ts';
import type { Observer } from './observer.ts';
import type { ServedModel, ServedModels } from './served-models.ts';
import { estimateTokens } from './token-estimate.ts';
import { type Call, Work } from './work.ts';

export interface WorkerParts {
  readonly models: ServedModels;
  readonly gate: Gate;
  readonly observer: Observer;
  readonly clock: Clock;
  /** Longest life of one generation, waiting included, in milliseconds. */
  readonly generationTimeoutMs: number;
}

export class Worker {
  readonly #parts: WorkerParts;
  readonly #running = new Set<Work>();
  #draining = false;
  #onIdle: () => void = () => undefined;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
  }

  /** How much is running or waiting. */
  get queueLength(): number {
    return this.#parts.gate.running + this.#parts.gate.waiting;
  }

  /** No names while draining, so that a controller that asks takes us out of service. */
  get status(): WorkerStatus {
    const names = this.#draining ? [] : this.#parts.models.names;
    return { model_names: names, speed: 1, queue_length: this.queueLength };
  }

  conversationTemplate(model: string | undefined): ConversationTemplate {
    return conversationTemplate(this.#describe(model).name, zhipuMarkers);
  }

  contextLength(model: string | undefined): number {
    return this.#describe(model).contextLength;
  }

  countTokens(model: string | undefined, prompt: string): number {
    this.#describe(model);
    return estimateTokens(prompt);
  }

  /**
   * Answers a prompt in frames, the last of which has a finish reason or an error code. It never
   * throws, and it ends without a last frame only for a caller who has left.
   */
  async *generate(request: GenerateRequest, call: Call): AsyncGenerator<Frame, void, undefined> {
    const { clock, observer, generationTimeoutMs } = this.#parts;
    const work = new Work(call, clock, generationTimeoutMs);
    this.#running.add(work);
    try {
      yield* this.#answer(request, work);
    } catch (error) {
      if (!work.left) yield errorFrame(work.failed(error).reply);
    } finally {
      this.#running.delete(work);
      observer.workFinished(work.close());
      if (this.#running.size === 0) this.#onIdle();
    }
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

  /** Ends what still runs; each caller gets an error frame. */
  stop(): void {
    for (const work of this.#running) work.stop(new Failure('draining'));
  }

  async *#answer(request: GenerateRequest, work: Work): AsyncGenerator<Frame, void, undefined> {
    const model = this.#served(request.model);
    work.model = model.name;
    work.upstreamModel = model.upstreamModel;
    const { messages, isCompletion } = readPrompt(request.prompt, zhipuMarkers);
    const stop = request.stop.filter((one) => one !== TEMPLATE_STOP);
    const generation = new Generation({
      promptTokens: estimateTokens(request.prompt),
      stop,
      prefix: isCompletion && request.echo === true ? request.prompt : '',
    });
    const stream = model.chat.chat(chatRequest(model, messages, stop, request), work.signal);
    const release = await this.#parts.gate.enter(work.signal);
    try {
      work.started();
      yield* framesBeforeLast(stream, generation, work);
    } finally {
      // Before the last frame is written: a slow reader of it must not keep others waiting.
      release();
      work.usage = generation.usage;
      work.upstreamRequestId = stream.upstreamRequestId;
    }
    work.done(generation.finish ?? 'stop');
    yield generation.frame;
  }

  /** The model to describe: never a refusal, which would be a 500 for the end user. */
  #describe(name: string | undefined): ServedModel {
    const { models, observer } = this.#parts;
    const found = models.find(name);
    if (found === undefined && name !== undefined) observer.unknownModel(name, models.first.name);
    return found ?? models.first;
  }

  #served(name: string | undefined): ServedModel {
    const found = this.#parts.models.find(name);
    if (found !== undefined) return found;
    const hint = `served here: ${this.#parts.models.names.join(', ')}`;
    throw new Failure('model_not_served', { hint });
  }
}

function chatRequest(
  model: ServedModel,
  messages: readonly ChatMessage[],
  stop: readonly string[],
  { temperature, top_p: topP, max_new_tokens: maxTokens }: GenerateRequest,
): ChatRequest {
  return {
    model: model.upstreamModel,
    messages,
    stop,
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(maxTokens !== undefined && { maxTokens }),
  };
}

/** A frame whenever the answer has grown, until it is complete; leaving ends the stream. */
async function* framesBeforeLast(
  stream: ChatStream,
  generation: Generation,
  work: Work,
): AsyncGenerator<Frame, void, undefined> {
  for await (const delta of stream) {
    if (!generation.take(delta)) continue;
    work.textArrived();
    if (generation.finish !== null) return;
    yield generation.frame;
  }
}
