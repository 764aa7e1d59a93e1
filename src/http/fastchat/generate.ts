// `/worker_generate_stream` and `/worker_generate`: one answer, as it grows or when it is whole.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../../failure/failure.ts';
import { type Frame, frameJson } from '../../fastchat/frames.ts';
import { generateRequest } from '../../fastchat/requests.ts';
import { ownTurn } from '../../lib/own-turn.ts';
import { parseRequest } from '../../schema/parse-request.ts';
import type { AnswerDelta } from '../../worker/answer.ts';
import type { ServedModel } from '../../worker/served-models.ts';
import type { Worker } from '../../worker/worker.ts';
import { callerOf } from '../caller.ts';
import { type WriteLimits, writeStream } from '../stream-writer.ts';
import { AnswerFrames } from './answer-frames.ts';
import { type FastChatOptions, prepareChat } from './prepare-chat.ts';

/** Bytes of a reply that are copied in one go: many may be whole at once, and megabytes take milliseconds. */
const COPIED_AT_ONCE = 512 * 1024;

export interface GenerateOptions extends FastChatOptions, WriteLimits {
  /** Told of an error that nobody foresaw. */
  readonly onDefect: (error: unknown, request: FastifyRequest) => void;
}

export function addGenerateRoutes(
  server: FastifyInstance,
  worker: Worker,
  options: GenerateOptions,
): void {
  /** The answer to a request, and the frames that it is written in. */
  const ask = (request: FastifyRequest, reply: FastifyReply, errors: FastChatOptions['errors']) => {
    const body = parseRequest(generateRequest, request.body);
    const frames = new AnswerFrames(errors);
    const asked = {
      model: body.model,
      prepare: async (model: ServedModel) => {
        const { prefix, ...prepared } = await prepareChat(body, model, options);
        await frames.begin(prefix);
        return prepared;
      },
    };
    return { frames, answer: worker.answer(asked, callerOf(request, reply)) };
  };

  const streamed = { config: { failureForm: 'frame' as const } };
  server.post('/worker_generate_stream', streamed, async (request, reply) => {
    const { frames, answer } = ask(request, reply, options.errors);
    reply.hijack();
    const onDefect = (error: unknown) => options.onDefect(error, request);
    reply.raw.setHeader('x-request-id', request.id);
    await writeStream(reply.raw, answer, frames, options, onDefect);
  });

  const whole = { config: { failureForm: 'reply' as const } };
  server.post('/worker_generate', whole, async (request, reply) => {
    const { frames, answer } = ask(request, reply, 'frame');
    const last = await lastFrame(answer, frames);
    if (last.body.length > COPIED_AT_ONCE) await ownTurn();
    return reply.type('application/json').header('connection', 'close').send(frameJson(last));
  });
}

/**
 * The frame that a whole answer ends with.
 * @throws CallerGone, and whatever nobody foresaw
 */
async function lastFrame(answer: AsyncIterable<AnswerDelta>, frames: AnswerFrames): Promise<Frame> {
  try {
    for await (const delta of answer) frames.encode(delta);
    return frames.keepAlive();
  } catch (error) {
    if (error instanceof Failure) return frames.failure(error);
    throw error;
  }
}
