// Sends requests to GLM over pooled connections: address, headers and time limits in one place.

import { Agent, type Dispatcher } from 'undici';
import { ModelError } from '../model/model-error.ts';
import { ResponseBytes, type ResponseHead } from '../upstream/response-bytes.ts';
import { errorOfBody, errorOfStatus } from './errors.ts';
import type { Credentials } from './token.ts';

/** Largest refusal that is read, in bytes. */
const REFUSAL_LIMIT = 64 * 1024;

/**
 * How long an idle connection waits for its next request, in milliseconds. Shorter than the minute
 * after which gateways usually drop one, so that it is us who closes first.
 */
const KEEP_ALIVE_MS = 30_000;

export interface UpstreamLimits {
  /** Longest wait for a connection, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Longest wait for response headers, in milliseconds. */
  readonly firstByteTimeoutMs: number;
  /** Longest silence between two pieces of a response, in milliseconds. */
  readonly idleTimeoutMs: number;
}

/** The pool of connections to GLM. One per process; whoever makes it closes it. */
export function createAgent(limits: UpstreamLimits): Agent {
  return new Agent({
    connect: { timeout: limits.connectTimeoutMs },
    headersTimeout: limits.firstByteTimeoutMs,
    bodyTimeout: limits.idleTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Answers are read to their end, so a connection never carries more than one.
    pipelining: 1,
  });
}

/** A GLM account: where it is reached and with which key. */
export interface GlmAccount {
  /** Such as `https://open.bigmodel.cn/api/paas/v4`. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
}

export class GlmClient {
  readonly #dispatcher: Dispatcher;
  readonly #credentials: Credentials;
  readonly #origin: string;
  readonly #basePath: string;

  constructor(dispatcher: Dispatcher, account: GlmAccount) {
    const url = new URL(account.baseUrl);
    this.#dispatcher = dispatcher;
    this.#credentials = account.credentials;
    this.#origin = url.origin;
    this.#basePath = url.pathname.replace(/\/+$/, '');
  }

  /**
   * POSTs JSON and returns once the request is handed to the pool.
   * @param path below the base URL, such as `/chat/completions`
   * @param accept media type expected
   * @param signal its abort closes the connection, at whatever stage it is
   */
  async post(
    path: string,
    body: object,
    accept: string,
    signal: AbortSignal,
  ): Promise<ResponseBytes> {
    const token = this.#credentials.authorization();
    const authorization = typeof token === 'string' ? token : await token;
    signal.throwIfAborted();
    const response = new ResponseBytes(signal);
    this.#dispatcher.dispatch(
      {
        origin: this.#origin,
        path: this.#basePath + path,
        method: 'POST',
        headers: { authorization, accept, 'content-type': 'application/json; charset=UTF-8' },
        body: JSON.stringify(body),
      },
      response,
    );
    return response;
  }

  /**
   * Runs `attempt`, and once more with a fresh token when GLM refused the one it had: a clock that
   * is off, or a long wait in a queue of GLM's, makes a good token look bad.
   */
  async withFreshToken<Result>(attempt: () => Promise<Result>): Promise<Result> {
    try {
      return await attempt();
    } catch (error) {
      const refused = error instanceof ModelError && error.kind === 'key_invalid';
      if (!refused || !this.#credentials.renew()) throw error;
      return attempt();
    }
  }
}

/** The request id that GLM puts into a header, if it does. */
export function requestIdOf(head: ResponseHead): string | undefined {
  const value = head.headers['x-log-id'] ?? head.headers['x-request-id'];
  return typeof value === 'string' ? value : undefined;
}

/** Reads a body to its end; null when it is longer than `limit` bytes. The caller closes it. */
export async function readBody(response: ResponseBytes, limit: number): Promise<string | null> {
  return (await readBytes(response, limit))?.toString('utf8') ?? null;
}

async function readBytes(response: ResponseBytes, limit: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for (let chunk = await response.next(); chunk !== null; chunk = await response.next()) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) return null;
  }
  return Buffer.concat(chunks);
}

/** The error that a reply stands for which is not what was asked for. */
export async function refusalOf(response: ResponseBytes, head: ResponseHead): Promise<ModelError> {
  const retryAfter = head.headers['retry-after'];
  const context = { status: head.status, requestId: requestIdOf(head), retryAfter };
  const body = await readBody(response, REFUSAL_LIMIT);
  return errorOfBody(parseJson(body), context) ?? errorOfStatus(context);
}

/** Largest plain JSON reply that is read, in bytes: 64 embeddings of 2048 numbers fit five times. */
const REPLY_LIMIT = 16 * 1024 * 1024;

/**
 * POSTs JSON and reads the JSON reply.
 * @throws ModelError, or the signal's reason
 */
export async function readJson(
  client: GlmClient,
  path: string,
  body: object,
  signal: AbortSignal,
): Promise<unknown> {
  const parse = (bytes: Buffer) => ({ json: parseJson(bytes.toString('utf8')) });
  return (await readReply(client, path, body, signal, parse)).json;
}

/** A reply that has been read: as JSON, null when it is none, and as whatever else is wanted of it. */
interface ReadReply {
  readonly json: unknown;
}

/**
 * As `readJson`, for replies that are more than `JSON.parse` should read.
 * @throws ModelError, or the signal's reason
 */
export async function readReply<Reply extends ReadReply>(
  client: GlmClient,
  path: string,
  body: object,
  signal: AbortSignal,
  parse: (bytes: Buffer) => Reply,
): Promise<Reply> {
  return client.withFreshToken(async () => {
    const response = await client.post(path, body, 'application/json', signal);
    try {
      return await readReplyOf(response, parse);
    } finally {
      response.close();
    }
  });
}

async function readReplyOf<Reply extends ReadReply>(
  response: ResponseBytes,
  parse: (bytes: Buffer) => Reply,
): Promise<Reply> {
  const head = await response.head();
  if (head.status !== 200) throw await refusalOf(response, head);
  // One that is too long is no better than an empty one.
  const reply = parse((await readBytes(response, REPLY_LIMIT)) ?? Buffer.alloc(0));
  const context = { status: head.status, requestId: requestIdOf(head) };
  const error = errorOfBody(reply.json, context);
  if (error !== null) throw error;
  if (reply.json === null) throw new ModelError('upstream_malformed', { message: 'not JSON' });
  return reply;
}

/** Null when `text` is no JSON. */
export function parseJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}
