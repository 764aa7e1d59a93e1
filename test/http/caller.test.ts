// A request as the worker sees it: its name, its path, and whether its caller is still there.

import { once } from 'node:events';
import fastify, { type FastifyInstance } from 'fastify';
import t, { type Test } from 'tap';
import { callerOf } from '../../src/http/caller.ts';
import type { Caller } from '../../src/worker/request-context.ts';
import { deferred } from '../support/deferred.ts';
import { start } from '../support/http-call.ts';
import { postBytes, rawSocket } from '../support/raw-socket.ts';
import { HELLO, startWorker } from '../support/start-worker.ts';

async function calling(t: Test, prepare: (server: FastifyInstance) => void = () => undefined) {
  const server = fastify();
  t.teardown(() => server.close());
  prepare(server);
  const called = deferred<Caller>();
  const finish = deferred();
  server.post('/path', async (request, reply) => {
    called.resolve(callerOf(request, reply));
    await finish.promise;
    return {};
  });
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  t.teardown(() => finish.resolve());
  const running = start(t, `${url}/path?query`);
  return { running, call: await called.promise, finish };
}

t.test('it has a name and the path that was asked', async (t) => {
  const { call, running, finish } = await calling(t);
  t.match(call, { id: /./, path: '/path', signal: { aborted: false } });
  finish.resolve();
  t.equal((await running.reply).status, 200);
});

t.test('its signal aborts when the caller leaves', async (t) => {
  const { call, running } = await calling(t);
  running.leave();
  await once(call.signal, 'abort');
  t.equal(call.signal.aborted, true);
});

t.test('a caller who left before the route began has left', async (t) => {
  const { call } = await calling(t, (server) => {
    server.addHook('preHandler', async (_request, reply) => {
      reply.raw.destroy();
      await once(reply.raw, 'close');
    });
  });
  t.equal(call.signal.aborted, true);
});

t.test('a request sent behind one that is still answered is refused', async (t) => {
  const { url, glm, queueLength } = await startWorker(t);
  glm.setDefault({ kind: 'chat', text: 'ok', firstDelayMs: 100 });
  const asked = postBytes('/worker_generate', HELLO);
  const status = postBytes('/worker_get_status', '');
  // What is answered at once may stand in any order: nobody has to notice that its caller left.
  const socket = rawSocket(t, url, status + asked + asked);
  const text = await socket.until(/(\}.*)$/s);
  t.match(text, /"model_names"/);
  await socket.closed;
  const bodies = socket.text.split(/\r\n\r\n/).slice(1);
  t.match(bodies[1], /^\{"text":"ok","error_code":0/);
  t.equal(glm.calls.length, 1);
  t.equal(await queueLength(), 0);
});
