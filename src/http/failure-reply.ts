// Decides in which form a route tells of a failure, and which failure a refused request stands for.

import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Failure, failureOf } from '../failure/failure.ts';
import { errorFrame, errorReply } from '../fastchat/frames.ts';
import { CallerGone } from '../worker/request-context.ts';

/**
 * `frame` and `reply` come with HTTP 200, because FastChat's callers lose the text of anything else;
 * `status` is for the small endpoints, of whose replies they read nothing but a 200.
 */
export type FailureForm = 'frame' | 'reply' | 'status';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How this route tells of failures; `status` unless said otherwise. */
    failureForm?: FailureForm;
  }
}

/** Fastify's code for a body that is longer than allowed. */
const TOO_LARGE = 'FST_ERR_CTP_BODY_TOO_LARGE';

/**
 * Answers whatever a route or Fastify throws, with one line in the log: a warning for a request that
 * is refused, an error with its stack for a defect. What the worker has told of never comes here.
 */
export function addFailureReplies(
  server: FastifyInstance,
  bodyLimit: number,
  logger: Logger,
): void {
  server.setErrorHandler<FastifyError | Error>((error, request, reply) => {
    if (error instanceof CallerGone) return reply.hijack();
    const failure = failureOfRequest(error, bodyLimit);
    const { kind, hint, cause, row } = failure;
    const line = { requestId: request.id, path: request.url, failure: kind, remedy: row.remedy };
    if (kind === 'internal_error') logger.error({ ...line, err: cause }, 'a request met a defect');
    else logger.warn({ ...line, hint, err: cause }, 'request refused');
    return sendFailure(failure, request, reply);
  });
  server.setNotFoundHandler((request, reply) => {
    const failure = new Failure('request_invalid', { hint: `no ${request.method} at this path` });
    return reply.code(404).type('application/json').send(errorReply(failure));
  });
}

function failureOfRequest(error: FastifyError | Error, bodyLimit: number): Failure {
  if (!('statusCode' in error) || error.statusCode === undefined || error.statusCode >= 500) {
    return failureOf(error);
  }
  // Fastify refused the body before any route saw it.
  if (error.code === TOO_LARGE) {
    return new Failure('request_too_large', { hint: `the limit is ${bodyLimit} bytes` });
  }
  return new Failure('request_invalid', { hint: 'body: not valid JSON', cause: error });
}

function sendFailure(failure: Failure, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.type('application/json');
  switch (request.routeOptions.config.failureForm) {
    case 'frame':
      return reply.code(200).send(errorFrame(failure).tail);
    case 'reply':
      return reply.code(200).send(errorReply(failure));
    default:
      return reply.code(failure.row.status).send(errorReply(failure));
  }
}
