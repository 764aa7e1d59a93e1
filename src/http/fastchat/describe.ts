// The small endpoints that FastChat asks before every chat; they never wait and never refuse.

import type { FastifyInstance } from 'fastify';
import { messagesToCount } from '../../fastchat/prompt/messages.ts';
import {
  type ModelDetails,
  type TokenCount,
  type WorkerStatus,
  workerStatus,
} from '../../fastchat/replies.ts';
import { countTokenRequest, modelRequest } from '../../fastchat/requests.ts';
import { parseRequest } from '../../schema/parse-request.ts';
import type { Worker } from '../../worker/worker.ts';
import type { PromptOptions } from './prepare-chat.ts';

export function addDescribeRoutes(
  server: FastifyInstance,
  worker: Worker,
  { format, showReasoning }: PromptOptions,
): void {
  /** None of these takes more than a name. */
  const small = { bodyLimit: 64 * 1024 };

  server.post('/worker_get_status', small, async (): Promise<WorkerStatus> => {
    return workerStatus(worker.modelNames, worker.load);
  });

  server.post('/worker_get_conv_template', small, async (request) => {
    const { model } = parseRequest(modelRequest, request.body);
    return { conv: format.template(worker.describe(model).name) };
  });

  server.post('/model_details', small, async (request): Promise<ModelDetails> => {
    const { model } = parseRequest(modelRequest, request.body);
    return { context_length: worker.describe(model).contextLength };
  });

  server.post('/count_token', async (request): Promise<TokenCount> => {
    const { model, prompt } = parseRequest(countTokenRequest, request.body);
    const described = worker.describe(model);
    const reading = { showReasoning, windowTokens: described.windowTokens };
    const messages = messagesToCount(prompt, format, reading);
    return { count: await worker.countTokens(described, messages), error_code: 0 };
  });

  // Langchain-Chatchat's way to unload a model before it loads another; its buttons ask for it.
  server.post('/release', small, async () => ({
    code: 200,
    msg: 'an online model holds nothing to release',
  }));
}
