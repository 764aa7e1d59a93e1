// Decides in which form a route tells of a failure, and which failure a refused request stands for.

import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Failure, failureOf } from '../failure/failure.ts';
import { errorFrame } from '../fastchat/frames.ts';

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

/** Answers whatever a route or Fastify throws; each refusal leaves one line in the log. */
export function addFailureReplies(
  server: FastifyInstance,
  bodyLimit: number,
  logger: Logger,
): void {
  server.setErrorHandler<FastifyError | Error>((error, request, reply) => {
    const failure = failureOfRequest(error, bodyLimit);
    // A Failure comes from the worker, which has told of it already.
    if (!(error instanceof Failure)) {
      const { kind, hint, cause, remedy } = failure;
      const line = { requestId: request.id, path: request.url, failure: kind };
      logger.warn({ ...line, hint, err: cause, remedy }, 'request refused');
    }
    return sendFailure(failure, request, reply);
  });
  server.setNotFoundHandler((request, reply) => {
    const failure = new Failure('request_invalid', { hint: `no ${request.method} at this path` });
    return reply.code(404).type('application/json').send(failure.reply);
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
      return reply.code(200).send(errorFrame(failure.reply).tail);
    case 'reply':
      return reply.code(200).send(failure.reply);
    default:
      return reply.code(statusOf(failure)).send(failure.reply);
  }
}

function statusOf({ kind }: Failure): number {
  if (kind === 'request_too_large') return 413;
  return kind === 'request_invalid' ? 400 : 500;
}
