// `/v1/chat/completions`: one answer, chunk by chunk or when it is whole.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../../failure/failure.ts';
import { jsonBytes } from '../../lib/json-bytes.ts';
import { type ChatCompletionRequest, chatRequest } from '../../openai/chat-request.ts';
import type { ReplyHead } from '../../openai/chunks.ts';
import { Completion } from '../../openai/completion.ts';
import { parseRequest } from '../../schema/parse-request.ts';
import type { AnswerDelta } from '../../worker/answer.ts';
import type { ServedModel } from '../../worker/served-models.ts';
import type { Worker } from '../../worker/worker.ts';
import { callerOf } from '../caller.ts';
import { replyWithStatus } from '../failure-reply.ts';
import { type WriteLimits, writeStream } from '../stream-writer.ts';
import { AnswerChunks } from './answer-chunks.ts';
import { withFirstItem } from './first-item.ts';
import { prepareChat } from './prepare-chat.ts';
import { OPENAI } from './route-config.ts';

export interface ChatOptions extends WriteLimits {
  /** Longest time for which a stream without any text has no head, in milliseconds. */
  readonly headWaitMs: number;
  /** Told of an error that nobody foresaw. */
  readonly onDefect: (error: unknown, request: FastifyRequest) => void;
}

export function addChatRoute(server: FastifyInstance, worker: Worker, options: ChatOptions): void {
  server.post('/v1/chat/completions', { config: OPENAI }, async (request, reply) => {
    const body = parseRequest(chatRequest, request.body);
    const prepare = (model: ServedModel) => prepareChat(body, model);
    const answer = worker.answer({ model: body.model, prepare }, callerOf(request, reply));
    const head = headOf(request, body, worker);
    try {
      if (body.stream !== true) return await replyWhole(answer, head, reply);
      const begun = await withFirstItem(answer, options.headWaitMs);
      const chunks = new AnswerChunks(head, body.stream_options?.include_usage === true);
      const onDefect = (error: unknown) => options.onDefect(error, request);
      takeOver(reply);
      return await writeStream(reply.raw, begun, chunks, options, onDefect);
    } catch (error) {
      if (error instanceof Failure) return replyWithStatus(error, reply);
      throw error;
    }
  });
}

function headOf(
  { id }: FastifyRequest,
  { model }: ChatCompletionRequest,
  worker: Worker,
): ReplyHead {
  return {
    id: `chatcmpl-${id}`,
    created: Math.floor(Date.now() / 1000),
    model: model ?? worker.describe(undefined).name,
  };
}

/** @throws Failure, or CallerGone for a caller who has left */
async function replyWhole(
  answer: AsyncIterable<AnswerDelta>,
  head: ReplyHead,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const completion = new Completion();
  for await (const delta of answer) completion.add(delta);
  return reply.type('application/json').send(await jsonBytes(completion.reply(head)));
}

/** From here on the response is written by hand, with the headers that it has got so far. */
function takeOver(reply: FastifyReply): void {
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
}
