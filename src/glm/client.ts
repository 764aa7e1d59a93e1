// Sends requests to GLM over pooled connections: address, headers and replies in one place.

import type { Dispatcher } from 'undici';
import { jsonBytes } from '../lib/json-bytes.ts';
import { ownTurn } from '../lib/own-turn.ts';
import { ModelError } from '../model/model-error.ts';
import { parseJson, readBody } from '../upstream/read-body.ts';
import { ResponseBytes, type ResponseHead } from '../upstream/response-bytes.ts';
import { errorOfBody, errorOfStatus } from './errors.ts';
import type { Credentials } from './token.ts';

/** Largest refusal that is read, in bytes, and the longest time for it, in milliseconds. */
const REFUSAL_LIMIT = 64 * 1024;
const REFUSAL_MS = 10_000;

/** Largest plain reply that is read, in bytes: 64 embeddings of 2048 numbers fit five times. */
const REPLY_LIMIT = 16 * 1024 * 1024;
const REPLY_MS = 300_000;

/** Bytes from which on a reply is read in a turn of its own: a batch of vectors takes milliseconds. */
const LONG_REPLY = 64 * 1024;

/** A GLM account: where it is reached and with which key. */
export interface GlmAccount {
  /** Such as `https://open.bigmodel.cn/api/paas/v4`. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  /** Names this program: GLM may slow down clients that it does not know. */
  readonly userAgent: string;
}

export interface GlmRequest {
  readonly method: 'GET' | 'POST';
  /** Below the base URL, such as `/chat/completions`. */
  readonly path: string;
  readonly body?: object;
  /** Media type expected. */
  readonly accept: string;
}

export class GlmClient {
  readonly #dispatcher: Dispatcher;
  readonly #credentials: Credentials;
  readonly #origin: string;
  readonly #basePath: string;
  readonly #userAgent: string;

  constructor(dispatcher: Dispatcher, { baseUrl, credentials, userAgent }: GlmAccount) {
    const url = new URL(baseUrl);
    this.#dispatcher = dispatcher;
    this.#credentials = credentials;
    this.#origin = url.origin;
    this.#basePath = url.pathname.replace(/\/+$/, '');
    this.#userAgent = userAgent;
  }

  /**
   * Returns once the request is handed to the pool.
   * @param signal its abort closes the connection, at whatever stage it is
   */
  async send(request: GlmRequest, signal: AbortSignal): Promise<ResponseBytes> {
    const token = this.#credentials.authorization();
    const authorization = typeof token === 'string' ? token : await token;
    const { method, path, body, accept } = request;
    const bytes = body === undefined ? null : await jsonBytes(body);
    signal.throwIfAborted();
    const response = new ResponseBytes(signal);
    this.#dispatcher.dispatch(
      {
        origin: this.#origin,
        path: this.#basePath + path,
        method,
        headers: {
          authorization,
          accept,
          'user-agent': this.#userAgent,
          ...(bytes !== null && { 'content-type': 'application/json; charset=UTF-8' }),
        },
        body: bytes,
      },
      response,
    );
    return response;
  }

  /**
   * What a refusal of this client is to be thrown as: amended when the token was refused and the next
   * request gets a fresh one. A clock that is off, or a long wait in a queue of GLM's, makes a good
   * token look bad.
   */
  amend(error: unknown): unknown {
    const refused = error instanceof ModelError && error.kind === 'key_invalid';
    if (!refused || !this.#credentials.renew(error.upstream.serverTime)) return error;
    return amendedError(error);
  }
}

/** The same failure, of a request that will be another one when it is asked again. */
export function amendedError({ kind, upstream, cause }: ModelError): ModelError {
  return new ModelError(kind, upstream, { cause, amended: true });
}

/** The request id that GLM puts into a header, if it does. */
function requestIdOf(head: ResponseHead): string | undefined {
  const value = head.headers['x-log-id'] ?? head.headers['x-request-id'];
  return typeof value === 'string' ? value : undefined;
}

/** The error that a reply stands for which is not what was asked for. */
export async function refusalOf(response: ResponseBytes, head: ResponseHead): Promise<ModelError> {
  const retryAfter = head.headers['retry-after'];
  const context = { status: head.status, requestId: requestIdOf(head), retryAfter };
  const body = parseJson(await readBody(response, REFUSAL_LIMIT, REFUSAL_MS));
  const error = errorOfBody(body, context) ?? errorOfStatus(context);
  const serverTime = Date.parse(String(head.headers['date']));
  if (error.kind !== 'key_invalid' || Number.isNaN(serverTime)) return error;
  return new ModelError(error.kind, { ...error.upstream, serverTime });
}

/**
 * POSTs JSON, or GETs without a body, and reads the JSON reply. Asks once: whoever waits for a permit
 * first has its attempts counted there.
 * @param read makes of the bytes what is wanted, with `json` null for what is no JSON
 * @throws ModelError, or the signal's reason
 */
export async function readReplyOnce<Reply extends { readonly json: unknown }>(
  client: GlmClient,
  request: Omit<GlmRequest, 'accept'>,
  signal: AbortSignal,
  read: (bytes: Buffer) => Reply,
): Promise<Reply> {
  const response = await client.send({ ...request, accept: 'application/json' }, signal);
  return acceptedReply(response, read)
    .catch((error: unknown) => {
      throw client.amend(error);
    })
    .finally(() => response.close());
}

/** The reply to a request that was not refused. */
async function acceptedReply<Reply extends { readonly json: unknown }>(
  response: ResponseBytes,
  read: (bytes: Buffer) => Reply,
): Promise<Reply> {
  const head = await response.head();
  if (head.status !== 200) throw await refusalOf(response, head);
  // One that is too long is no better than an empty one.
  const bytes = (await readBody(response, REPLY_LIMIT, REPLY_MS)) ?? Buffer.alloc(0);
  if (bytes.length > LONG_REPLY) await ownTurn();
  const reply = read(bytes);
  const error = errorOfBody(reply.json, { status: 200, requestId: requestIdOf(head) });
  if (error !== null) throw error;
  if (reply.json === null) throw new ModelError('upstream_malformed', { message: 'not JSON' });
  return reply;
}

/** The same for a question that needs no permit, which is asked again here once it is amended. */
export async function readReply<Reply extends { readonly json: unknown }>(
  ...asked: Parameters<typeof readReplyOnce<Reply>>
): Promise<Reply> {
  try {
    return await readReplyOnce(...asked);
  } catch (error) {
    if (error instanceof ModelError && error.amended) return readReplyOnce(...asked);
    throw error;
  }
}

/** A reply that is plain JSON. */
export function asJson(bytes: Buffer): { readonly json: unknown } {
  return { json: parseJson(bytes) };
}
