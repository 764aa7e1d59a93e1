// Who is answered: programs under known names; no pages of others, whatever name they ask under.

import fastify from 'fastify';
import t, { type Test } from 'tap';
import { guardAccess, isLoopback } from '../../src/http/access.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { Redactor } from '../../src/telemetry/redactor.ts';
import { createLogSink } from '../support/log-sink.ts';

function guarded(t: Test, host = '127.0.0.1', advertisedHost = '', allowedHosts: string[] = []) {
  const logs = createLogSink();
  const server = fastify();
  t.teardown(() => server.close());
  const logger = createLogger({ level: 'info', redactor: new Redactor() }, logs);
  guardAccess(server, { host, advertisedHost, allowedHosts }, logger);
  server.post('/route', async () => 'answered');
  server.get('/open', { config: { guard: 'open' } }, async () => 'open');
  const ask = async (headers: Record<string, string>) => {
    const reply = await server.inject({ method: 'POST', url: '/route', headers });
    return reply.statusCode === 200 ? 'answered' : Object(reply.json())['error']['type'];
  };
  return { server, logs, ask };
}

t.test('a program is answered, under every name of this machine', async (t) => {
  const { ask } = guarded(t);
  for (const host of ['127.0.0.1:21002', 'localhost', 'LOCALHOST:1', '[::1]:21002'])
    t.equal(await ask({ host }), 'answered', host);
});

t.test('a page of another origin is refused, one of our own is not', async (t) => {
  const { ask } = guarded(t);
  const host = '127.0.0.1:21002';
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'http://127.0.0.1:8000' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])
    t.equal(await ask({ host, ...headers }), 'page_refused', JSON.stringify(headers));
  t.equal(await ask({ host, origin: 'http://127.0.0.1:21002' }), 'answered');
  t.equal(await ask({ host, 'sec-fetch-site': 'same-origin' }), 'answered');
  t.equal(await ask({ host, 'sec-fetch-site': 'none' }), 'answered');
});

t.test('a name that was made to point here is refused, and how to allow it is told', async (t) => {
  const { server, ask, logs } = guarded(t);
  t.equal(await ask({ host: 'rebound.example:21002' }), 'host_refused');
  t.match(logs.withMessage('request refused'), [{ remedy: /ALLOWED_HOSTS/ }]);
  const reply = await server.inject({
    method: 'POST',
    url: '/route',
    headers: { host: 'a.example' },
  });
  t.match(reply.json(), { text: /ALLOWED_HOSTS/ });
});

t.test('the advertised name, the bound one and those allowed are answered', async (t) => {
  const { ask } = guarded(t, '127.0.0.2', 'worker.example', ['proxy.example']);
  for (const host of ['127.0.0.2:1', 'worker.example:80', 'proxy.example', 'Proxy.Example:8'])
    t.equal(await ask({ host }), 'answered', host);
});

t.test('a worker that others reach is asked under any name', async (t) => {
  const { ask } = guarded(t, '0.0.0.0');
  t.equal(await ask({ host: 'worker-7.cluster.local:21002' }), 'answered');
  t.equal(await ask({ host: 'worker-7', origin: 'https://evil.example' }), 'page_refused');
});

t.test('what is open is answered whoever asks', async (t) => {
  const { server } = guarded(t);
  const headers = { host: 'any.example', origin: 'https://evil.example' };
  t.equal((await server.inject({ url: '/open', headers })).body, 'open');
});

t.test('a page that asks on and on fills no log', async (t) => {
  const { ask, logs } = guarded(t);
  for (let count = 0; count < 50; count++) await ask({ host: 'x', origin: 'https://e.example' });
  t.equal(logs.withMessage('request refused').length, 20);
});

t.test('loopback is known by its spellings', async (t) => {
  for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', '::1', '[::1]'])
    t.equal(isLoopback(host), true, host);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', 'localhost.example', '127.0.0.1.example'])
    t.equal(isLoopback(host), false, host);
});
