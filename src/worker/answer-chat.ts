// Answers one chat: finds its model, waits for a permit, asks, and asks again or another where that may
// help.

import { permitOutcome } from '../admission/attempts.ts';
import type { Permit } from '../admission/gate.ts';
import { Failure } from '../failure/failure.ts';
import type { ChatMessage, ChatModel, ChatRequest, ChatStream } from '../model/chat-model.ts';
import { ModelError } from '../model/model-error.ts';
import type { RawEstimate } from '../tokens/token-counter.ts';
import { Answer, type AnswerDelta } from './answer.ts';
import type { WorkerDeps } from './deps.ts';
import { fits } from './fallback-fit.ts';
import { messagesToCount } from './messages-to-count.ts';
import type { AskedChat } from './prepared-chat.ts';
import type { AttemptContext, RequestContext } from './request-context.ts';
import { begunAttempt } from './request-trace.ts';
import type { ServedModel, ServedModels } from './served-models.ts';

/**
 * The deltas of an answer, the last one with a finish. An attempt that fails before any text is
 * repeated where that may help, at the model's fallbacks too.
 * @throws Failure, ModelError, or the reason of the context's signal
 */
export async function* answerChat(
  deps: WorkerDeps,
  models: ServedModels,
  asked: AskedChat,
  context: RequestContext,
): AsyncGenerator<AnswerDelta, void, undefined> {
  context.model = asked.model ?? models.first.name;
  const { model, target } = models.forChat(asked.model);
  context.upstreamModel = model.upstreamModel;
  // Everything that can be wrong with a request is found here, before it waits for a permit.
  const { request: given, ...shown } = await asked.prepare(model);
  const estimate = await deps.counter.estimate(await messagesToCount(given));
  const tokensAt = ({ upstreamModel }: ServedModel) =>
    deps.counter.correct(upstreamModel, estimate);
  const others = models.fallbacksOf(model).filter((other) => fits(other, given, tokensAt(other)));
  const fallbacks = others.map(({ chat }) => chat).filter((chat) => chat !== null);
  const attempts = deps.admission.attempts(target, context, fallbacks);
  for (;;) {
    const permit = await attempts.permit();
    const answerer = others.find(({ chat }) => chat === attempts.target) ?? model;
    const tried = context.started(answerer, begunAttempt('chat', permit, attempts.count));
    const request = withDefaults(given, answerer);
    const promptTokens = tokensAt(answerer);
    const answer = new Answer({ promptTokens, stop: request.stop, ...shown });
    try {
      const last = yield* attempt(deps, permit, request, answer, context, tried);
      attempts.answered(permit);
      learn(deps, answerer, request, estimate, answer);
      if (!answer.isAsAsked) throw new Failure('answer_not_json');
      context.done(last.finish);
      context.onlyReasoning = answer.onlyReasoning;
      // The permit is free by now: a slow reader of the end must not keep others waiting.
      yield last;
      return;
    } catch (error) {
      if (answer.begun) attempts.brokeOff(permit, error);
      attempts.failed(permit, error);
    }
  }
}

/** Where a request leaves the temperature open, the model's own setting counts. */
function withDefaults(request: ChatRequest, { temperature }: ServedModel): ChatRequest {
  return temperature === null ? request : { temperature, ...request };
}

/** One attempt: yields what it says and returns the end of it, its permit given back. */
async function* attempt(
  { streamIntervalMs }: WorkerDeps,
  permit: Permit<ChatModel>,
  request: ChatRequest,
  answer: Answer,
  context: RequestContext,
  tried: AttemptContext,
): AsyncGenerator<AnswerDelta, AnswerDelta, undefined> {
  // This function goes on only when its caller reads: one who is gone must not keep the permit.
  const onAbort = () => permit.release('other');
  context.signal.addEventListener('abort', onAbort);
  const stream = permit.endpoint.model.chat(request, context.signal);
  let last: AnswerDelta | null = null;
  try {
    for await (const delta of stream) {
      permit.accepted();
      if (delta.finish === 'content_filter' && !answer.mayEndBlocked) throw blocked(stream);
      const next = answer.take(delta);
      if (next === null) continue;
      context.textArrived();
      if (next.finish !== null) {
        permit.release('accepted');
        last = next;
        // Leaving the loop closes the stream: after a stop string the rest would cost money.
        break;
      }
      yield next;
      // Words that come in quick succession share one delta.
      stream.coalesce(streamIntervalMs);
    }
    if (last === null) throw new ModelError('upstream_cut');
    return last;
  } catch (error) {
    permit.release(permitOutcome(error));
    tried.failed(error);
    throw error;
  } finally {
    // Also when the caller leaves between two deltas.
    permit.release('other');
    context.signal.removeEventListener('abort', onAbort);
    context.usage = answer.usage;
    context.countedUsage = answer.countedUsage;
    context.upstreamRequestId = stream.upstreamRequestId;
    const { response } = stream;
    tried.ended({ usage: answer.countedUsage, finish: last?.finish ?? null, response });
  }
}

/** The end of an answer whose caller cannot be told that the rest is kept back. */
function blocked({ upstreamRequestId }: ChatStream): ModelError {
  const message = 'the answer ended with content_filter';
  const requestId = upstreamRequestId !== null && { requestId: upstreamRequestId };
  return new ModelError('content_blocked', { message, ...requestId });
}

function learn(
  { counter }: WorkerDeps,
  { upstreamModel }: ServedModel,
  { messages, tools }: ChatRequest,
  estimate: RawEstimate,
  { countedUsage }: Answer,
): void {
  const counted = countedUsage?.promptTokens;
  // Pictures and tools would teach it nothing about text.
  const isText = ({ content }: ChatMessage) => typeof content === 'string';
  const onlyText = tools === undefined && messages.every(isText);
  if (counted && onlyText) counter.learn(upstreamModel, estimate, counted);
}
