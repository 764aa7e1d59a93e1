// Decides in which form a route tells of a failure, and which failure a refused request stands for.

import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Failure, failureOf } from '../failure/failure.ts';
import { errorFrame, errorReply } from '../fastchat/frames.ts';
import { errorBody, errorHeaders } from '../openai/errors.ts';
import { CallerGone } from '../worker/request-context.ts';
import { loggedPathOf, pathOf, requestNames } from './caller.ts';

/**
 * `frame` and `reply` come with HTTP 200, because FastChat's callers lose the text of anything else;
 * `status` is for the small endpoints, of whose replies they read nothing but a 200. `openai` is what
 * OpenAI's clients understand.
 */
export type FailureForm = 'frame' | 'reply' | 'status' | 'openai';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How this route tells of failures; `status` unless said otherwise. */
    failureForm?: FailureForm;
  }
}

/** The methods that any path is served with. */
const METHODS = ['GET', 'HEAD', 'POST'] as const;

/**
 * Answers whatever a route or Fastify throws, with one line in the log: a warning for a request that
 * is refused, an error with its stack for a defect. What the worker has told of never comes here.
 */
export function addFailureReplies(server: FastifyInstance, logger: Logger): void {
  server.setErrorHandler<FastifyError | Error>((error, request, reply) => {
    if (error instanceof CallerGone) return reply.hijack();
    const failure = failureOfRequest(error);
    const { kind, hint, cause, row } = failure;
    const line = {
      ...requestNames(request),
      path: loggedPathOf(request),
      failure: kind,
      remedy: row.remedy,
    };
    if (kind === 'internal_error') logger.error({ ...line, err: cause }, 'a request met a defect');
    else logger.warn({ ...line, hint, err: cause }, 'request refused');
    // What is left of a body that was refused unread would be taken for the next request.
    if (!request.raw.complete) reply.header('connection', 'close');
    return sendFailure(failure, request, reply);
  });
  server.setNotFoundHandler(replyNotFound);
}

/** Answers a request that no route takes: its path has none, or only for other methods. */
export function replyNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const url = pathOf(request).replace(/\/{2,}/g, '/');
  const { server, routeOptions } = request;
  // A route that takes what no other one does may have the very path that is asked for.
  const isOwn = routeOptions.url === url;
  const allowed = METHODS.filter((method) => !isOwn && server.hasRoute({ method, url }));
  const hint = `no ${request.method} at this path`;
  if (allowed.length > 0) reply.header('allow', allowed.join(', '));
  const failure = new Failure('request_invalid', { hint });
  return replyWithStatus(failure, reply, allowed.length > 0 ? 405 : 404);
}

/** Answers a path that cannot be decoded, which Fastify refuses before it looks for a route. */
export function replyBadPath(
  _error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const failure = new Failure('request_invalid', { hint: 'the path is not a valid URL' });
  return replyWithStatus(failure, reply.header('x-request-id', request.id));
}

function failureOfRequest(error: FastifyError | Error): Failure {
  if (!('statusCode' in error) || error.statusCode === undefined || error.statusCode >= 500) {
    return failureOf(error);
  }
  // Fastify refused the request before any route saw it.
  return new Failure('request_invalid', { hint: 'not a valid request', cause: error });
}

function sendFailure(failure: Failure, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  switch (request.routeOptions.config.failureForm) {
    case 'frame':
      return reply.code(200).type('application/json').send(errorFrame(failure).tail);
    case 'reply':
      return replyWithStatus(failure, reply, 200);
    default:
      return replyWithStatus(failure, reply);
  }
}

/**
 * Refuses a request before its route has seen it. FastChat's routes tell of this with its status too:
 * whoever is refused is no FastChat, or must not take the answer for one.
 */
export function sendRefusal(
  failure: Failure,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { failureForm = 'status' } = request.routeOptions.config;
  const isFastChat = failureForm === 'frame' || failureForm === 'reply';
  return isFastChat ? replyWithStatus(failure, reply) : sendFailure(failure, request, reply);
}

/**
 * Tells of a failure in JSON, in the form of the route's door; its own status says so too, where no
 * other one is given.
 */
export function replyWithStatus(
  failure: Failure,
  reply: FastifyReply,
  status: number = failure.row.status,
): FastifyReply {
  reply.code(status).type('application/json');
  const { failureForm } = reply.request.routeOptions.config;
  if (failureForm !== 'openai') return reply.send(errorReply(failure));
  return reply.headers(errorHeaders(failure)).send(errorBody(failure, status));
}
