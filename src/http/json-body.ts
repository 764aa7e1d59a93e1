// Reads every body as JSON, whatever its Content-Type says, because FastChat's callers vary in it.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../failure/failure.ts';
import { ownTurn } from '../lib/own-turn.ts';
import { readBodyBytes } from './body-bytes.ts';
import { textOf } from './body-text.ts';
import type { ByteBudget } from './byte-budget.ts';
import { longStringsOf } from './json-structure.ts';
import { parseJsonBytes } from './json-text.ts';

/**
 * Bytes from which on a body has turns of the event loop of its own. What cannot be cut into pieces,
 * finding the turns in a prompt, takes 2 ms for each MB.
 */
const LONG = 256 * 1024;

/** What a request holds of the budget; given back when its response is over. */
const releases = new WeakMap<FastifyRequest, () => void>();

/**
 * Replaces Fastify's parsers. An empty body is fine: the controller's status probe has none. Nothing
 * looks for keys such as `__proto__`: they become plain fields, and no field is read that a schema
 * does not name.
 */
export function readBodiesAsJson(server: FastifyInstance, budget: ByteBudget): void {
  server.removeAllContentTypeParsers();
  server.addHook('onRequest', (request, reply, done) => {
    // Fastify refuses a type that it cannot read before any parser is asked. Not `delete`, which
    // would make every later look at the headers slow.
    request.headers['content-type'] = undefined;
    releaseAtEnd(request, reply);
    done();
  });
  server.addContentTypeParser('*', async (request: FastifyRequest, payload: typeof request.raw) => {
    const { bodyLimit = 0 } = request.routeOptions;
    const { bytes, release } = await readBodyBytes(payload, bodyLimit, budget);
    releases.set(request, release);
    return bytes.length === 0 ? undefined : parse(bytes);
  });
}

function releaseAtEnd(request: FastifyRequest, reply: FastifyReply): void {
  reply.raw.once('close', () => releases.get(request)?.());
}

/** @throws Failure `request_invalid` */
async function parse(bytes: Buffer): Promise<unknown> {
  const long = await longStringsOf(bytes);
  if (long === null) {
    throw new Failure('request_invalid', { hint: 'body: more structure than a request has' });
  }
  try {
    if (bytes.length < LONG) return JSON.parse(await textOf(bytes));
    await ownTurn();
    const body = await parseJsonBytes(bytes, long);
    await ownTurn();
    return body;
  } catch {
    // The parser's own words quote the body.
    throw new Failure('request_invalid', { hint: 'body: not valid JSON' });
  }
}
