// Gives every call its name and its trace before anything can refuse it.

import type { FastifyInstance } from 'fastify';
import type { CallTrace, Tracing } from '../telemetry/tracing/tracing.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null for what is not followed: pages, probes, and paths that nobody serves. */
    trace: CallTrace | null;
  }
}

/** Tells the caller the request's name, and follows what is asked of the worker. */
export function followCalls(server: FastifyInstance, tracing: Tracing): void {
  server.decorateRequest('trace', null);
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    const { url, config } = request.routeOptions;
    const isWork =
      config.guard === undefined || config.guard === 'worker' || config.guard === 'openai';
    if (url !== undefined && isWork) {
      const { id: requestId, method, headers } = request;
      const trace = tracing.begin({ requestId, method, route: url, headers });
      request.trace = trace;
      const { raw } = reply;
      raw.once('close', () => trace.closed(raw.writableFinished ? raw.statusCode : null));
    }
    done();
  });
}
