// Headers of pages: what a browser must not do with them. Programs get none of these.

import type { FastifyInstance } from 'fastify';

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
} as const;

/** What a page may load and who may frame it; one that runs scripts brings a policy of its own. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'";

/** Adds them to whatever stands behind the guard `pages`, refusals included. */
export function addPageHeaders(server: FastifyInstance): void {
  server.addHook('onSend', async (request, reply) => {
    if (request.routeOptions.config.guard !== 'pages') return;
    reply.headers(HEADERS);
    if (!reply.hasHeader('content-security-policy')) {
      reply.header('content-security-policy', NOTHING);
    }
  });
}
