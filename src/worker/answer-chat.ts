// Answers one prompt: understands it, finds a permit, asks the model, and folds what it says.

import { Attempts, permitOutcome } from '../admission/attempts.ts';
import type { Target } from '../admission/gate.ts';
import type { Frame } from '../fastchat/frames.ts';
import { samplingParameters } from '../fastchat/parameters.ts';
import { TEMPLATE_STOP } from '../fastchat/prompt/conversation.ts';
import { readPrompt } from '../fastchat/prompt/messages.ts';
import type { GenerateRequest } from '../fastchat/requests.ts';
import type { ChatModel, ChatRequest } from '../model/chat-model.ts';
import { ModelError } from '../model/model-error.ts';
import type { RawEstimate } from '../tokens/token-counter.ts';
import type { WorkerDeps } from './deps.ts';
import { Generation, type GenerationOptions } from './generation.ts';
import type { RequestContext } from './request-context.ts';
import type { ServedModel, ServedModels } from './served-models.ts';

/** A request that is understood: what is asked of which model, and how its answer is told. */
interface Job {
  readonly model: ServedModel;
  readonly target: Target<ChatModel>;
  readonly request: ChatRequest;
  readonly options: GenerationOptions;
  readonly estimate: RawEstimate;
}

/**
 * The frames of an answer, the last one with a finish reason. A try that fails before any text is
 * repeated where that may help.
 * @throws Failure, ModelError, or the reason of the context's signal
 */
export async function* answerChat(
  deps: WorkerDeps,
  models: ServedModels,
  request: GenerateRequest,
  context: RequestContext,
): AsyncGenerator<Frame, void, undefined> {
  const job = understand(deps, models, request, context);
  const attempts = new Attempts(deps, job.target, context.signal);
  for (;;) {
    const permit = await attempts.permit();
    context.started(attempts.count);
    // This function goes on only when its caller reads: one who has stopped must not keep the permit.
    const onAbort = () => permit.release('other');
    context.signal.addEventListener('abort', onAbort);
    const stream = permit.endpoint.model.chat(job.request, context.signal);
    const generation = new Generation(job.options);
    try {
      // Not a generator of its own: one more would cost every frame three turns of the queue.
      for await (const delta of stream) {
        permit.accepted();
        if (!generation.take(delta)) continue;
        context.textArrived();
        // Leaving the loop closes the stream: after a stop string the rest would cost money.
        if (generation.finish !== null) break;
        yield generation.frame;
        // Each frame repeats the text, so words that come in quick succession share one.
        stream.coalesce(deps.streamIntervalMs);
      }
      if (generation.finish === null) throw new ModelError('upstream_cut');
      permit.release('accepted');
    } catch (error) {
      permit.release(permitOutcome(error));
      if (generation.begun) throw error;
      attempts.failed(permit, error);
      continue;
    } finally {
      // Also when the caller leaves between two frames.
      permit.release('other');
      context.signal.removeEventListener('abort', onAbort);
      context.usage = generation.usage;
      context.upstreamRequestId = stream.upstreamRequestId;
    }
    learn(deps, job, generation);
    context.done(generation.finish);
    // The permit is free by now: a slow reader of the last frame must not keep others waiting.
    yield generation.frame;
    return;
  }
}

/** Everything that can be wrong with a request is found here, before it waits for a permit. */
function understand(
  { counter, format, showReasoning }: WorkerDeps,
  models: ServedModels,
  request: GenerateRequest,
  context: RequestContext,
): Job {
  context.model = request.model ?? models.first.name;
  const { model, target } = models.forChat(request.model);
  context.upstreamModel = model.upstreamModel;
  const { messages, isCompletion } = readPrompt(request, format, model.vision);
  const stop = request.stop.filter((one) => one !== TEMPLATE_STOP);
  const estimate = counter.estimate(messages);
  const usual = model.temperature === null ? {} : { temperature: model.temperature };
  return {
    model,
    target,
    request: { ...usual, ...samplingParameters(request), messages, stop },
    options: {
      promptTokens: counter.correct(model.upstreamModel, estimate),
      stop,
      prefix: isCompletion && request.echo === true ? request.prompt : '',
      showReasoning,
    },
    estimate,
  };
}

function learn({ counter }: WorkerDeps, job: Job, generation: Generation): void {
  const counted = generation.countedUsage?.promptTokens;
  // Pictures would teach it nothing about text.
  const onlyText = job.request.messages.every(({ content }) => typeof content === 'string');
  if (counted && onlyText) counter.learn(job.model.upstreamModel, job.estimate, counted);
}
