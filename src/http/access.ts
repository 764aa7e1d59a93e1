// Who may call: which guard a route stands behind, and what each guard asks of a request.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Failure } from '../failure/failure.ts';
import type { FailureKind } from '../failure/kinds.ts';
import { AllowedOrigins } from './allowed-origins.ts';
import { type BrowserOptions, namesOf, refusalOfBrowser } from './browsers.ts';
import { loggedPathOf, requestNames } from './caller.ts';
import {
  basicSecrets,
  type Credentials,
  challengeOf,
  type Demand,
  givenIn,
  type KnownSecrets,
} from './credentials.ts';
import { sendRefusal } from './failure-reply.ts';
import { LogBudget } from './log-budget.ts';

/**
 * Who may ask: whoever likes, because it says nothing secret (`open`), FastChat's programs
 * (`worker`, without a word), operators (`pages`), or callers of /v1 (`openai`).
 */
export type Guard = 'open' | 'worker' | 'pages' | 'openai';

export interface AccessOptions extends BrowserOptions {
  /** Pages that may call what stands behind `openai`; empty = none, `*` = any. */
  readonly allowedOrigins: readonly string[];
  /** What the advertised address has before its host; null = nobody has to say who he is. */
  readonly credentials: Credentials | null;
  /** Keys of the callers of `openai`; with none the credentials count there too. */
  readonly callerKeys: KnownSecrets;
}

export interface AccessDeps {
  readonly logger: Logger;
  /** Told of each request whose credentials or key were missing or wrong. */
  readonly onAuthFailure?: ((guard: Guard) => void) | undefined;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    guard?: Guard;
  }
}

/** Whoever runs a proxy here meets the refusal first at its own caller. */
const HOSTS_HINT = 'ALLOWED_HOSTS has the names that are';

/** Puts a guard before every route, and before paths that do not exist. */
export function guardAccess(
  server: FastifyInstance,
  options: AccessOptions,
  { logger, onAuthFailure }: AccessDeps,
): void {
  const names = namesOf(options);
  const { allowedOrigins } = options;
  const origins = allowedOrigins.length === 0 ? null : new AllowedOrigins(allowedOrigins);
  const demandOf = demandsOf(options);
  const log = refusalLog(logger);
  server.addHook('onRequest', async (request, reply) => {
    const { guard = 'worker' } = request.routeOptions.config;
    if (guard === 'open') return;
    const { headers } = request;
    const ofOthers = guard === 'openai' ? origins : null;
    ofOthers?.tell(reply.raw, headers.origin);
    const kind = refusalOfBrowser(headers, { origins: ofOthers, isPage: guard === 'pages' }, names);
    if (kind !== null) return refuse(kind, request, reply, log);
    const demand = demandOf(guard);
    const given = demand === null ? 'right' : givenIn(headers.authorization, demand);
    if (demand === null || given === 'right') return;
    onAuthFailure?.(guard);
    reply.header('www-authenticate', challengeOf(demand));
    return refuse(REFUSALS[demand.scheme], request, reply, (failure) =>
      log(failure, request, { guard, authorization: given }),
    );
  });
}

const REFUSALS = { Basic: 'credentials_refused', Bearer: 'api_key_refused' } as const;

/** What a guard demands; null where whoever asks is answered. */
function demandsOf({ credentials, callerKeys }: AccessOptions): (guard: Guard) => Demand | null {
  const basic: Demand | null =
    credentials === null ? null : { scheme: 'Basic', secrets: basicSecrets(credentials) };
  const bearer: Demand = { scheme: 'Bearer', secrets: callerKeys };
  // A password that is set for the worker is not got round by its other door.
  return (guard) => (guard === 'openai' && !callerKeys.none ? bearer : basic);
}

type Log = (failure: Failure, request: FastifyRequest, facts?: object) => void;

function refuse(kind: FailureKind, request: FastifyRequest, reply: FastifyReply, log: Log) {
  const failure = new Failure(kind, { hint: kind === 'host_refused' ? HOSTS_HINT : '' });
  log(failure, request);
  return sendRefusal(failure, request, reply);
}

/** Logs refusals, each kind within a budget of its own, so that none can hide another. */
function refusalLog(logger: Logger): Log {
  const budgets = new Map<FailureKind, LogBudget>();
  return ({ kind, row: { remedy } }, request, facts = {}) => {
    const budget = budgets.get(kind) ?? new LogBudget();
    budgets.set(kind, budget);
    const left = budget.take();
    if (left === null) return;
    const { origin, host } = request.headers;
    const line = { ...requestNames(request), path: loggedPathOf(request), caller: request.ip };
    logger.warn(
      { ...line, failure: kind, origin, host, ...facts, ...left, remedy },
      'request refused',
    );
  };
}
