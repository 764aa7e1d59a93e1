// Puts the HTTP side together: who may call, bodies, failures, and the routes wherever they live.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { StatusFeed } from '../telemetry/status/status-feed.ts';
import type { Tracing } from '../telemetry/tracing/tracing.ts';
import type { Worker } from '../worker/worker.ts';
import { type AccessDeps, type AccessOptions, guardAccess } from './access.ts';
import { addPreflightRoute } from './allowed-origins.ts';
import { budgetOfHeap } from './byte-budget.ts';
import { loggedPathOf, requestNames } from './caller.ts';
import {
  answerMalformed,
  connectionLimits,
  dropIfNotTaken,
  limitConnections,
} from './connections.ts';
import { addFailureReplies, replyBadPath } from './failure-reply.ts';
import { addDescribeRoutes } from './fastchat/describe.ts';
import { addEmbeddingRoutes } from './fastchat/embeddings.ts';
import { addGenerateRoutes } from './fastchat/generate.ts';
import type { FastChatOptions } from './fastchat/prepare-chat.ts';
import { followCalls } from './follow-calls.ts';
import { readBodiesAsJson } from './json-body.ts';
import { addOpenaiRoutes } from './openai/routes.ts';
import { addDocsRoutes } from './operate/docs.ts';
import { addHealthRoutes, type Readiness } from './operate/health.ts';
import { addMetricsRoute, type MetricsPage } from './operate/metrics.ts';
import { addStatusRoutes } from './operate/status.ts';
import { addPageHeaders } from './page-headers.ts';
import { shareTurns } from './share-turns.ts';
import type { WriteLimits } from './stream-writer.ts';
import type { TlsServers } from './tls.ts';

/** A name that a caller may give a request: short, and harmless in a log line or a header. */
const REQUEST_ID = /^[\w.:@/+=-]{1,128}$/;

/** What is served besides FastChat's paths. */
export interface Features {
  readonly openaiApi: boolean;
  readonly metrics: boolean;
  readonly statusPage: boolean;
  readonly docs: boolean;
}

export interface ServerOptions extends WriteLimits, FastChatOptions, AccessOptions {
  readonly features: Features;
  /** Null for plain HTTP. */
  readonly tls: TlsServers | null;
  /** Of this program. */
  readonly version: string;
  /** Largest body, in bytes. */
  readonly bodyLimit: number;
  /** Path of the advertised worker address, such as `/glm`; '' without one. */
  readonly pathPrefix: string;
}

export interface ServerDeps extends AccessDeps {
  readonly worker: Worker;
  readonly readiness: Readiness;
  /** Null when they are off. */
  readonly metrics: MetricsPage | null;
  /** What the status page shows. */
  readonly status: StatusFeed;
  readonly tracing: Tracing;
}

/** The server, not yet listening. */
export function createServer(
  options: ServerOptions,
  { worker, readiness, status, logger, tracing, metrics, onAuthFailure }: ServerDeps,
): FastifyInstance {
  const server = fastify({
    ...connectionLimits(),
    bodyLimit: options.bodyLimit,
    clientErrorHandler: answerMalformed,
    frameworkErrors: replyBadPath,
    forceCloseConnections: 'idle',
    genReqId: requestIdOf,
    // FastChat appends paths to the address as it was registered, with or without a slash.
    routerOptions: { ignoreDuplicateSlashes: true },
    // Requests are logged by the worker's observer, once and with what matters.
    logger: false,
    allowErrorHandlerOverride: false,
    ...(options.tls !== null && { serverFactory: options.tls.create }),
  });
  limitConnections(server, logger);
  followCalls(server, tracing);
  shareTurns(server);
  guardAccess(server, options, { logger, onAuthFailure });
  readBodiesAsJson(server, budgetOfHeap(options.bodyLimit));
  addFailureReplies(server, logger);
  addPageHeaders(server);
  server.addHook('onSend', async (_request, reply) => {
    dropIfNotTaken(reply, options.writeTimeoutMs);
  });
  const onDefect = (error: unknown, request: FastifyRequest) => {
    const line = { ...requestNames(request), path: loggedPathOf(request) };
    logger.error({ ...line, err: error }, 'a defect broke an answer');
  };
  const addRoutes = async (scope: FastifyInstance) => {
    addGenerateRoutes(scope, worker, { ...options, onDefect });
    addEmbeddingRoutes(scope, worker);
    addDescribeRoutes(scope, worker, options);
    addHealthRoutes(scope, readiness);
    addPreflightRoute(scope, options.allowedOrigins);
    if (metrics !== null) addMetricsRoute(scope, metrics);
    const { features } = options;
    if (features.openaiApi) addOpenaiRoutes(scope, worker, { ...options, onDefect });
    if (features.statusPage) addStatusRoutes(scope, status, features);
    if (features.docs) addDocsRoutes(scope, features, options.version);
  };
  // A proxy in front may strip the prefix or leave it, so both are served.
  server.register(addRoutes);
  if (options.pathPrefix !== '') server.register(addRoutes, { prefix: options.pathPrefix });
  return server;
}

/** The caller's own name of the request where it is plain, so that both logs speak of the same. */
function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
