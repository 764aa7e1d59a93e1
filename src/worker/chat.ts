// Answers one prompt: understands it, finds a place, asks the model, and folds what it says.

import type { ChatModel, ChatRequest } from '../model/chat-model.ts';
import { ModelError } from '../model/model-error.ts';
import { TEMPLATE_STOP } from '../protocol/conversation.ts';
import type { Frame } from '../protocol/frames.ts';
import { samplingParameters } from '../protocol/parameters.ts';
import type { GenerateRequest } from '../protocol/requests.ts';
import { Attempts, laneOutcome } from './attempts.ts';
import type { Wish } from './gate.ts';
import { Generation, type GenerationOptions } from './generation.ts';
import { readPrompt } from './messages.ts';
import type { WorkerParts } from './parts.ts';
import type { ServedModel, ServedModels } from './served-models.ts';
import type { RawEstimate } from './token-counter.ts';
import type { Work } from './work.ts';

/** A request that is understood: what is asked of which model, and how its answer is told. */
interface Job {
  readonly model: ServedModel;
  readonly wish: Wish<ChatModel>;
  readonly request: ChatRequest;
  readonly options: GenerationOptions;
  readonly estimate: RawEstimate;
}

/**
 * The frames of an answer, the last one with a finish reason. A try that fails before any text is
 * repeated where that may help.
 * @throws Failure, ModelError, or the reason of the work's signal
 */
export async function* answerChat(
  parts: WorkerParts,
  models: ServedModels,
  request: GenerateRequest,
  work: Work,
): AsyncGenerator<Frame, void, undefined> {
  const job = understand(parts, models, request, work);
  const attempts = new Attempts(parts, job.wish, work.signal);
  for (;;) {
    const place = await attempts.place();
    work.started(attempts.count);
    // This function goes on only when its caller reads: one who has stopped must not keep the place.
    const onAbort = () => place.leave('other');
    work.signal.addEventListener('abort', onAbort);
    const stream = place.route.model.chat(job.request, work.signal);
    const generation = new Generation(job.options);
    try {
      // Not a generator of its own: one more would cost every frame three turns of the queue.
      for await (const delta of stream) {
        place.granted();
        if (!generation.take(delta)) continue;
        work.textArrived();
        // Leaving the loop closes the stream: after a stop string the rest would cost money.
        if (generation.finish !== null) break;
        yield generation.frame;
        // Each frame repeats the text, so words that come in quick succession share one.
        stream.gather(parts.streamIntervalMs);
      }
      if (generation.finish === null) throw new ModelError('upstream_cut');
      place.leave('granted');
    } catch (error) {
      place.leave(laneOutcome(error));
      if (generation.begun) throw error;
      attempts.failed(place, error);
      continue;
    } finally {
      // Also when the caller leaves between two frames.
      place.leave('other');
      work.signal.removeEventListener('abort', onAbort);
      work.usage = generation.usage;
      work.upstreamRequestId = stream.upstreamRequestId;
    }
    learn(parts, job, generation);
    work.done(generation.finish);
    // The place is free by now: a slow reader of the last frame must not keep others waiting.
    yield generation.frame;
    return;
  }
}

/** Everything that can be wrong with a request is found here, before it waits for a place. */
function understand(
  { counter, format, showThoughts }: WorkerParts,
  models: ServedModels,
  request: GenerateRequest,
  work: Work,
): Job {
  work.model = request.model ?? models.first.name;
  const { model, wish } = models.forChat(request.model);
  work.upstreamModel = model.upstreamModel;
  const { messages, isCompletion } = readPrompt(request, format, model.vision);
  const stop = request.stop.filter((one) => one !== TEMPLATE_STOP);
  const estimate = counter.estimate(messages);
  const usual = model.temperature === null ? {} : { temperature: model.temperature };
  return {
    model,
    wish,
    request: { ...usual, ...samplingParameters(request), messages, stop },
    options: {
      promptTokens: counter.correct(model.upstreamModel, estimate),
      stop,
      prefix: isCompletion && request.echo === true ? request.prompt : '',
      showThoughts,
    },
    estimate,
  };
}

function learn({ counter }: WorkerParts, job: Job, generation: Generation): void {
  const counted = generation.countedUsage?.promptTokens;
  // Pictures would teach it nothing about text.
  const onlyText = job.request.messages.every(({ content }) => typeof content === 'string');
  if (counted && onlyText) counter.learn(job.model.upstreamModel, job.estimate, counted);
}
