// Reads every body as JSON, whatever its Content-Type says, because FastChat's callers vary in it.

import type { FastifyInstance } from 'fastify';

/** Replaces Fastify's parsers. An empty body is fine: the controller's status probe has none. */
export function readBodiesAsJson(server: FastifyInstance): void {
  // Keys such as `__proto__` are refused, as Fastify does by default.
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  // Fastify refuses a type that it cannot read before any parser is asked.
  server.addHook('onRequest', (request, _reply, done) => {
    // Not `delete`, which would make every later look at the headers slow.
    request.headers['content-type'] = undefined;
    done();
  });
  server.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    // `parseAs: 'string'` makes a string of it, which the type of the callback does not know.
    else parse(request, body as string, done);
  });
}
