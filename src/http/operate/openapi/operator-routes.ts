// The operators' paths, as the description of the API tells of them.

import { z } from 'zod';
import { statusSnapshot } from '../../../telemetry/status/snapshot.ts';
import { type ApiReply, type ApiRoute, json, refusals } from './api-route.ts';

const ready = z.strictObject({ ready: z.literal(true) });
const notReady = z.strictObject({ ready: z.literal(false), reason: z.string() });

const text = (description: string, type: string): ApiReply => ({
  ...{ description, type },
  schema: z.string(),
});

const get = { method: 'get', tag: 'Operators' } as const;

export const healthRoutes: readonly ApiRoute[] = [
  {
    ...{ ...get, path: '/healthz', summary: 'Whether the process lives' },
    replies: { 200: json('It does.', z.strictObject({ alive: z.literal(true) })) },
  },
  {
    ...{ ...get, path: '/readyz', summary: 'Whether requests should come here' },
    replies: { 200: json('They should.', ready), 503: json('They should not, and why.', notReady) },
  },
];

export const statusRoutes: readonly ApiRoute[] = [
  {
    ...{ ...get, path: '/', summary: 'The status page' },
    replies: { 200: text('A page for people.', 'text/html; charset=utf-8'), ...refusals },
  },
  {
    ...{ ...get, path: '/status.json', summary: 'What the status page shows' },
    replies: { 200: json('Not older than a second.', statusSnapshot), ...refusals },
  },
  {
    ...{ ...get, path: '/status/report', summary: 'A report for an issue' },
    replies: { 200: text('Markdown.', 'text/markdown; charset=utf-8'), ...refusals },
  },
  {
    ...{ ...get, path: '/status/events', summary: 'What changes on the status page' },
    replies: {
      200: text(
        'Server-sent events, one a second: `state`; `full` where eight pages look already; `end`.',
        'text/event-stream; charset=utf-8',
      ),
      ...refusals,
    },
  },
];

export const docsRoutes: readonly ApiRoute[] = [
  {
    ...{ ...get, path: '/openapi.json', summary: 'This description' },
    replies: {
      200: json('OpenAPI 3.1.', z.looseObject({ openapi: z.literal('3.1.0') })),
      ...refusals,
    },
  },
  {
    ...{ ...get, path: '/docs', summary: 'This description as a page' },
    replies: { 200: text('A page for people.', 'text/html; charset=utf-8'), ...refusals },
  },
];

export const metricsRoutes: readonly ApiRoute[] = [
  {
    ...{ ...get, path: '/metrics', summary: 'Metrics for Prometheus' },
    replies: {
      200: text("Prometheus' text format.", 'text/plain; version=0.0.4; charset=utf-8'),
      ...refusals,
    },
  },
];
