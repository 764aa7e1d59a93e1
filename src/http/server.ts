// Puts the HTTP side together: body parsing, failures, and the routes at every path they live at.

import { randomUUID } from 'node:crypto';
import fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Worker } from '../worker/worker.ts';
import { addFailureReplies } from './failure-reply.ts';
import { addDescribeRoutes } from './fastchat/describe.ts';
import { addEmbeddingRoutes } from './fastchat/embeddings.ts';
import { addGenerateRoutes } from './fastchat/generate.ts';
import type { FastChatOptions } from './fastchat/prepare-chat.ts';
import { readBodiesAsJson } from './json-body.ts';
import { addHealthRoutes, type Readiness } from './operate/health.ts';
import type { WriteLimits } from './stream-writer.ts';

/**
 * How long an idle connection is kept, in milliseconds. FastChat's callers open a new one for every
 * call, so a long wait would only delay the end of the process.
 */
const KEEP_ALIVE_MS = 5000;

/** Longest time for a whole request, head and body, to arrive, in milliseconds. */
const REQUEST_TIMEOUT_MS = 60_000;

export interface ServerOptions extends WriteLimits, FastChatOptions {
  /** Largest body, in bytes. */
  readonly bodyLimit: number;
  /** Path of the advertised worker address, such as `/glm`; '' without one. */
  readonly pathPrefix: string;
}

export interface ServerDeps {
  readonly worker: Worker;
  readonly readiness: Readiness;
  readonly logger: Logger;
}

/** The server, not yet listening. */
export function createServer(
  options: ServerOptions,
  { worker, readiness, logger }: ServerDeps,
): FastifyInstance {
  const server = fastify({
    bodyLimit: options.bodyLimit,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    genReqId: () => randomUUID(),
    // FastChat appends paths to the address as it was registered, with or without a slash.
    routerOptions: { ignoreDuplicateSlashes: true },
    // Requests are logged by the worker's observer, once and with what matters.
    logger: false,
    allowErrorHandlerOverride: false,
  });
  readBodiesAsJson(server);
  addFailureReplies(server, options.bodyLimit, logger);
  const onDefect = (error: unknown, requestId: string) =>
    logger.error({ requestId, err: error }, 'a defect broke an answer');
  const addRoutes = async (scope: FastifyInstance) => {
    addGenerateRoutes(scope, worker, { ...options, onDefect });
    addEmbeddingRoutes(scope, worker);
    addDescribeRoutes(scope, worker, options.format);
    addHealthRoutes(scope, readiness);
  };
  // A proxy in front may strip the prefix or leave it, so both are served.
  server.register(addRoutes);
  if (options.pathPrefix !== '') server.register(addRoutes, { prefix: options.pathPrefix });
  return server;
}
