// Writes the description of the API from the schemas that check requests and replies.

import type { z } from 'zod';
import { written } from '../../../schema/pieces.ts';
import type { ApiReply, ApiRoute } from './api-route.ts';
import { fastChatRoutes } from './fastchat-routes.ts';
import { openaiRoutes } from './openai-routes.ts';
import { docsRoutes, healthRoutes, metricsRoutes, statusRoutes } from './operator-routes.ts';

/** What may be on or off. */
export type Described = Readonly<Record<'openaiApi' | 'statusPage' | 'metrics' | 'docs', boolean>>;

/** JSON Schema, as zod writes it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

interface Body {
  readonly description?: string;
  readonly required?: boolean;
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly parameters?: readonly object[];
  readonly requestBody?: Body;
  readonly responses: Readonly<Record<string, Body>>;
}

export interface ApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const DESCRIPTION =
  'A FastChat model worker that answers through the GLM API. Every body is read as JSON, whatever ' +
  'its Content-Type says; fields that are not listed are ignored.';

/** Routes of each door and feature; a new one has its entry in one of these tables. */
function routesOf(features: Described): readonly ApiRoute[] {
  return [
    ...fastChatRoutes,
    ...(features.openaiApi ? openaiRoutes : []),
    ...healthRoutes,
    ...(features.statusPage ? statusRoutes : []),
    ...(features.metrics ? metricsRoutes : []),
    ...(features.docs ? docsRoutes : []),
  ];
}

/** What is served with these features on. */
export function apiDocument(features: Described, version: string): ApiDocument {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routesOf(features)) {
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'glm-worker', version, description: DESCRIPTION },
    servers: [{ url: '.' }],
    paths,
  };
}

function operationOf({
  path,
  tag,
  summary,
  request,
  parameters = [],
  replies,
}: ApiRoute): Operation {
  const body = request && { required: false, content: contentOf('application/json', request) };
  const responses = Object.entries(replies).map(([status, reply]) => [status, replyOf(reply)]);
  return {
    operationId: path.slice(1).replaceAll(/\W+/g, '_') || 'page',
    tags: [tag],
    summary,
    ...(parameters.length > 0 && { parameters: parameters.map(parameterOf) }),
    ...(body && { requestBody: body }),
    responses: Object.fromEntries(responses),
  };
}

function parameterOf(name: string): object {
  return { name, in: 'path', required: true, schema: { type: 'string' } };
}

function replyOf({ description, type, schema, streamed }: ApiReply): Body {
  const whole = type !== undefined && schema !== undefined && contentOf(type, schema);
  const content = whole && { ...whole, ...(streamed && contentOf(streamed.type, streamed.schema)) };
  return { description, ...(content && { content }) };
}

function contentOf(type: string, schema: z.ZodType): NonNullable<Body['content']> {
  return { [type]: { schema: written(schema) } };
}
