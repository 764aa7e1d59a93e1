// `/openapi.json` and `/docs`: what can be asked of this worker, for programs and for people.

import type { FastifyInstance } from 'fastify';
import { docsPage } from './openapi/docs-page.ts';
import { apiDocument, type Described } from './openapi/document.ts';
import { sendPage } from './send-page.ts';

/** Both are written when they are first asked for. */
export function addDocsRoutes(server: FastifyInstance, features: Described, version: string): void {
  const config = { guard: 'pages' as const };
  let written: ReturnType<typeof apiDocument> | null = null;
  const document = () => {
    written ??= apiDocument(features, version);
    return written;
  };
  server.get('/openapi.json', { config }, async () => document());
  server.get('/docs', { config }, async (_request, reply) =>
    sendPage(reply, (nonce) => docsPage(document(), features, nonce)),
  );
}
