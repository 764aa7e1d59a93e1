// `/`, `/status.json` and what belongs to them: for whoever operates the worker.

import type { FastifyInstance } from 'fastify';
import type { StatusFeed } from '../../telemetry/status/status-feed.ts';
import { sendPage } from './send-page.ts';
import { streamStatus } from './status-events.ts';
import { type PageLinks, statusPage } from './status-page/page.ts';
import { statusReport } from './status-report.ts';

/** Adds nothing that could change anything: whoever sees the page cannot hurt with it. */
export function addStatusRoutes(server: FastifyInstance, feed: StatusFeed, links: PageLinks): void {
  const config = { guard: 'pages' as const };
  server.get('/', { config }, async (_request, reply) =>
    sendPage(reply, (nonce) => statusPage(feed.current(), links, nonce)),
  );

  server.get('/status.json', { config }, async (_request, reply) =>
    reply.header('cache-control', 'no-store').send(feed.current()),
  );

  server.get('/status/report', { config }, async (_request, reply) =>
    reply
      .type('text/markdown; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(statusReport(feed.current())),
  );

  // A HEAD would have to be told when the stream ends.
  server.get('/status/events', { config, exposeHeadRoute: false }, (request, reply) => {
    reply.hijack();
    reply.raw.setHeader('x-request-id', request.id);
    streamStatus(reply.raw, feed);
  });
}
