// FastChat's door without HTTP: a request as the worker is asked it, and the answer in frames.

import { Failure } from '../../src/failure/failure.ts';
import type { Frame } from '../../src/fastchat/frames.ts';
import { PromptFormat } from '../../src/fastchat/prompt/prompt-format.ts';
import type { GenerateRequest } from '../../src/fastchat/requests.ts';
import { AnswerFrames } from '../../src/http/fastchat/answer-frames.ts';
import { prepareChat } from '../../src/http/fastchat/prepare-chat.ts';
import type { AnswerDelta } from '../../src/worker/answer.ts';
import type { AskedChat } from '../../src/worker/prepared-chat.ts';

const format = new PromptFormat('zhipu', 'secret');

/** What the worker is asked, and the frames of the answer as they come. */
export function atTheDoor(
  request: GenerateRequest,
  answerTo: (asked: AskedChat) => AsyncIterable<AnswerDelta>,
  showReasoning = false,
): AsyncGenerator<Frame> {
  const frames = new AnswerFrames();
  const answer = answerTo({
    model: request.model,
    prepare: async (model) => {
      const options = { format, showReasoning };
      const { prefix, ...prepared } = await prepareChat(request, model, options);
      await frames.begin(prefix);
      return prepared;
    },
  });
  return framesOf(answer, frames);
}

async function* framesOf(
  answer: AsyncIterable<AnswerDelta>,
  frames: AnswerFrames,
): AsyncGenerator<Frame> {
  for await (const delta of answer) yield frames.encode(delta);
}

/** As `frames`, with a last frame for the failure that ends them. */
export async function* withFailure(frames: AsyncIterable<Frame>): AsyncGenerator<Frame> {
  try {
    yield* frames;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    yield new AnswerFrames().failure(error);
  }
}
