// The small endpoints that FastChat asks before every chat; they never wait and never refuse.

import type { FastifyInstance } from 'fastify';
import type { ModelDetails, TokenCount, WorkerStatus } from '../../fastchat/replies.ts';
import { countTokenRequest, modelRequest, parseRequest } from '../../fastchat/requests.ts';
import type { Worker } from '../../worker/worker.ts';

export function addDescribeRoutes(server: FastifyInstance, worker: Worker): void {
  server.post('/worker_get_status', async (): Promise<WorkerStatus> => worker.status);

  server.post('/worker_get_conv_template', async (request) => {
    const { model } = parseRequest(modelRequest, request.body);
    return { conv: worker.conversationTemplate(model) };
  });

  server.post('/model_details', async (request): Promise<ModelDetails> => {
    const { model } = parseRequest(modelRequest, request.body);
    return { context_length: worker.contextLength(model) };
  });

  server.post('/count_token', async (request): Promise<TokenCount> => {
    const { model, prompt } = parseRequest(countTokenRequest, request.body);
    return { count: await worker.countTokens(model, prompt), error_code: 0 };
  });
}
