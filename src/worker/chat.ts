// Answers one prompt: understands it, finds a place, asks the model, and folds what it says.

import type { ChatModel, ChatRequest } from '../model/chat-model.ts';
import { TEMPLATE_STOP } from '../protocol/conversation.ts';
import type { Frame } from '../protocol/frames.ts';
import { samplingParameters } from '../protocol/parameters.ts';
import type { GenerateRequest } from '../protocol/requests.ts';
import { Attempts, laneOutcome } from './attempts.ts';
import type { Place, Wish } from './gate.ts';
import { Generation, type GenerationOptions } from './generation.ts';
import { readPrompt } from './messages.ts';
import type { WorkerParts } from './parts.ts';
import type { ServedModel, ServedModels } from './served-models.ts';
import type { Work } from './work.ts';

/** A request that is understood: what is asked of which model, and how its answer is told. */
interface Job {
  readonly model: ServedModel;
  readonly wish: Wish<ChatModel>;
  readonly request: ChatRequest;
  readonly options: GenerationOptions;
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
    work.started();
    work.tries = attempts.count;
    const generation = new Generation(job.options);
    try {
      yield* framesBeforeLast(place, job.request, generation, work);
      place.leave('granted');
    } catch (error) {
      place.leave(laneOutcome(error));
      if (generation.begun) throw error;
      attempts.failed(place, error);
      continue;
    } finally {
      // Also when the caller leaves between two frames.
      place.leave('other');
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
  const { model, wish } = models.forChat(request.model);
  work.model = model.name;
  work.upstreamModel = model.upstreamModel;
  const { messages, isCompletion } = readPrompt(request, format, model.vision);
  const stop = request.stop.filter((one) => one !== TEMPLATE_STOP);
  const usual = model.temperature === null ? {} : { temperature: model.temperature };
  return {
    model,
    wish,
    request: { ...usual, ...samplingParameters(request), messages, stop },
    options: {
      promptTokens: counter.correct(model.upstreamModel, counter.estimate(messages)),
      stop,
      prefix: isCompletion && request.echo === true ? request.prompt : '',
      showThoughts,
    },
  };
}

/** A frame whenever the answer has grown, until it is complete; leaving ends the stream. */
async function* framesBeforeLast(
  place: Place<ChatModel>,
  request: ChatRequest,
  generation: Generation,
  work: Work,
): AsyncGenerator<Frame, void, undefined> {
  const stream = place.route.model.chat(request, work.signal);
  let accepted = false;
  try {
    for await (const delta of stream) {
      if (!accepted) place.granted();
      accepted = true;
      if (!generation.take(delta)) continue;
      work.textArrived();
      if (generation.finish !== null) return;
      yield generation.frame;
    }
  } finally {
    work.usage = generation.usage;
    work.upstreamRequestId = stream.upstreamRequestId;
  }
}

function learn({ counter }: WorkerParts, { model, request }: Job, generation: Generation): void {
  const counted = generation.countedUsage?.promptTokens;
  if (counted) counter.learn(model.upstreamModel, request.messages, counted);
}
