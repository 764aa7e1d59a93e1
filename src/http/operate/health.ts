// `/healthz` and `/readyz`, for whoever starts, restarts or routes to this process.

import type { FastifyInstance } from 'fastify';

/** Null when requests should come here, else the reason why not. */
export type Readiness = () => string | null;

export function addHealthRoutes(server: FastifyInstance, readiness: Readiness): void {
  const config = { guard: 'open' } as const;
  server.get('/healthz', { config }, async () => ({ alive: true }));

  server.get('/readyz', { config }, async (_request, reply) => {
    const reason = readiness();
    if (reason === null) return { ready: true };
    return reply.code(503).send({ ready: false, reason });
  });
}
