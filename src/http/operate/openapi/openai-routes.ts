// The paths of OpenAI's form, as the description of the API tells of them.

import { z } from 'zod';
import { chatRequest } from '../../../openai/chat-request.ts';
import { embeddingsRequest } from '../../../openai/embeddings.ts';
import {
  chunkSchema,
  completionSchema,
  embeddingsSchema,
  errorSchema,
  modelListSchema,
  modelSchema,
} from '../../../openai/reply-schemas.ts';
import { written } from '../../../schema/pieces.ts';
import { type ApiReply, type ApiRoute, json } from './api-route.ts';

/** The statuses are those of the table of failures. */
const failures: Readonly<Record<string, ApiReply>> = {
  '4XX': json('The request, the key or the quota: `code` says which.', errorSchema),
  '5XX': json('GLM or this worker: `code` says which.', errorSchema),
};

/** Events are no JSON as a whole; each one has some. */
const events = z.string().meta({
  description: 'Server-sent events: chunks, then `[DONE]`; or an error in its place.',
  contentMediaType: 'text/event-stream',
  contentSchema: written(z.union([chunkSchema, errorSchema])),
});

const stream = { type: 'text/event-stream; charset=utf-8', schema: events };

export const openaiRoutes: readonly ApiRoute[] = [
  {
    ...{ method: 'post', tag: 'OpenAI', path: '/v1/chat/completions', summary: 'A chat' },
    request: chatRequest,
    replies: {
      200: { ...json('The answer; events with `stream`.', completionSchema), streamed: stream },
      ...failures,
    },
  },
  {
    ...{ method: 'post', tag: 'OpenAI', path: '/v1/embeddings', summary: 'Vectors of texts' },
    request: embeddingsRequest,
    replies: { 200: json('The vectors.', embeddingsSchema), ...failures },
  },
  {
    ...{ method: 'get', tag: 'OpenAI', path: '/v1/models', summary: 'What can be asked for' },
    replies: { 200: json('The models.', modelListSchema), ...failures },
  },
  {
    ...{ method: 'get', tag: 'OpenAI', path: '/v1/models/{id}', summary: 'One of these' },
    parameters: ['id'],
    replies: { 200: json('The model.', modelSchema), ...failures },
  },
];
