// `/metrics`, for Prometheus.

import type { FastifyInstance } from 'fastify';

/** The metrics, in Prometheus' text format. */
export interface MetricsPage {
  readonly contentType: string;
  metrics(): Promise<string>;
}

export function addMetricsRoute(server: FastifyInstance, page: MetricsPage): void {
  server.get('/metrics', { config: { guard: 'pages' } }, async (_request, reply) =>
    reply.type(page.contentType).send(await page.metrics()),
  );
}
