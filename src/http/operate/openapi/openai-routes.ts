// The paths of OpenAI's form, as the description of the API tells of them.

import { z } from 'zod';
import { chatRequest } from '../../../openai/chat-request.ts';
import { embeddingsRequest } from '../../../openai/embeddings.ts';
import { type ApiReply, type ApiRoute, json } from './api-route.ts';

const error = z.strictObject({
  error: z.strictObject({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string(),
  }),
});

const usage = z.looseObject({ prompt_tokens: z.int(), total_tokens: z.int() });

const completion = z.looseObject({
  id: z.string(),
  object: z.literal('chat.completion'),
  created: z.int(),
  model: z.string(),
  choices: z.array(z.looseObject({ index: z.int(), finish_reason: z.string() })),
  usage,
});

const embeddings = z.strictObject({
  object: z.literal('list'),
  data: z.array(
    z.strictObject({
      object: z.literal('embedding'),
      index: z.int(),
      embedding: z.union([z.array(z.number()), z.string()]),
    }),
  ),
  model: z.string(),
  usage,
});

const model = z.strictObject({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.string(),
});

const models = z.strictObject({ object: z.literal('list'), data: z.array(model) });

/** The statuses are those of the table of failures. */
const failures: Readonly<Record<string, ApiReply>> = {
  '4XX': json('The request, the key or the quota: `code` says which.', error),
  '5XX': json('GLM or this worker: `code` says which.', error),
};

const stream = { type: 'text/event-stream; charset=utf-8', schema: z.string() };

export const openaiRoutes: readonly ApiRoute[] = [
  {
    ...{ method: 'post', tag: 'OpenAI', path: '/v1/chat/completions', summary: 'A chat' },
    request: chatRequest,
    replies: {
      200: { ...json('The answer; events with `stream`.', completion), streamed: stream },
      ...failures,
    },
  },
  {
    ...{ method: 'post', tag: 'OpenAI', path: '/v1/embeddings', summary: 'Vectors of texts' },
    request: embeddingsRequest,
    replies: { 200: json('The vectors.', embeddings), ...failures },
  },
  {
    ...{ method: 'get', tag: 'OpenAI', path: '/v1/models', summary: 'What can be asked for' },
    replies: { 200: json('The models.', models), ...failures },
  },
  {
    ...{ method: 'get', tag: 'OpenAI', path: '/v1/models/{id}', summary: 'One of these' },
    parameters: ['id'],
    replies: { 200: json('The model.', model), ...failures },
  },
];
