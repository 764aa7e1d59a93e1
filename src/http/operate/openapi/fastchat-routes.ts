// FastChat's paths, as the description of the API tells of them.

import {
  countReplySchema,
  detailsReplySchema,
  embeddingReplySchema,
  generateReplySchema,
  releaseReplySchema,
  statusReplySchema,
  templateReplySchema,
} from '../../../fastchat/reply-schemas.ts';
import {
  countTokenRequest,
  embeddingRequest,
  generateRequest,
  modelRequest,
} from '../../../fastchat/requests.ts';
import { type ApiRoute, badBodies, json, refusals } from './api-route.ts';

const FRAMES =
  'JSON objects as `/worker_generate` replies with, a zero byte behind each, every one with the ' +
  'whole text so far; the last has a finish_reason, or is a failure. Without a Content-Type, as ' +
  'from every FastChat worker. A body that is refused is one such object.';

const post = { method: 'post', tag: 'FastChat' } as const;

/** Failures of these come with 200, because FastChat's callers lose the text of anything else. */
export const fastChatRoutes: readonly ApiRoute[] = [
  {
    ...{ ...post, path: '/worker_generate_stream', summary: 'An answer as it grows' },
    request: generateRequest,
    replies: { 200: { description: FRAMES }, ...refusals },
  },
  {
    ...{ ...post, path: '/worker_generate', summary: 'An answer when it is whole' },
    request: generateRequest,
    replies: { 200: json('The answer, or why there is none.', generateReplySchema), ...refusals },
  },
  {
    ...{ ...post, path: '/worker_get_embeddings', summary: 'Vectors for a list of texts' },
    request: embeddingRequest,
    replies: { 200: json('The vectors, or why not.', embeddingReplySchema), ...refusals },
  },
  {
    ...{ ...post, path: '/worker_get_status', summary: 'Which names are served, and the load' },
    replies: { 200: json('The status.', statusReplySchema), ...badBodies, ...refusals },
  },
  {
    ...{ ...post, path: '/worker_get_conv_template', summary: 'How prompts are to be rendered' },
    request: modelRequest,
    replies: { 200: json('The template.', templateReplySchema), ...badBodies, ...refusals },
  },
  {
    ...{ ...post, path: '/model_details', summary: 'The context length of a model' },
    request: modelRequest,
    replies: { 200: json('The length.', detailsReplySchema), ...badBodies, ...refusals },
  },
  {
    ...{ ...post, path: '/count_token', summary: 'Tokens of a prompt' },
    request: countTokenRequest,
    replies: { 200: json('The number.', countReplySchema), ...badBodies, ...refusals },
  },
  {
    ...{ ...post, path: '/release', summary: "Langchain-Chatchat's way to unload a model" },
    replies: { 200: json('Nothing to release.', releaseReplySchema), ...badBodies, ...refusals },
  },
];
