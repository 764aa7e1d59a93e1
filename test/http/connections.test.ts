// How long and how many connections may be open, and what is said on those that are ended.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import fastify from 'fastify';
import t, { type Test } from 'tap';
import {
  answerMalformed,
  connectionLimits,
  descriptorLimit,
  dropIfNotTaken,
  limitConnections,
} from '../../src/http/connections.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { Redactor } from '../../src/telemetry/redactor.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { injectServer } from '../support/inject-server.ts';
import { createLogSink } from '../support/log-sink.ts';
import { rawSocket } from '../support/raw-socket.ts';

const LATE = /^HTTP\/1\.1 408 Request Timeout\r\n.*the request did not arrive in time.*\}$/s;

for (const [what, bytes] of [
  ['head', 'POST /echo HTTP/1.1\r\nHost: x\r\nX-Slow: '],
  [
    'body',
    'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  ],
] as const) {
  t.test(`a ${what} that does not arrive in time ends with the reason`, async (t) => {
    const server = fastify({ ...connectionLimits(100), clientErrorHandler: answerMalformed });
    server.post('/echo', async ({ body }) => body);
    t.teardown(() => server.close());
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    const { until, closed } = rawSocket(t, url, bytes);
    t.match(await until(/\}$/), LATE);
    t.equal(await closed, 'end');
  });
}

t.test('head and body have 60 s, which is looked at each second', async (t) => {
  const { server } = injectServer(t);
  const { requestTimeout, headersTimeout, keepAliveTimeout } = server.server;
  t.strictSame([requestTimeout, headersTimeout, keepAliveTimeout], [60_000, 60_000, 5000]);
  t.equal(connectionLimits().http.connectionsCheckingInterval, 1000);
});

/** A server on a machine where a process may open `most` files. */
async function limited(t: Test, most: number | null) {
  const logs = createLogSink();
  const server = fastify({ forceCloseConnections: true });
  const logger = createLogger({ level: 'info', redactor: new Redactor() }, logs);
  const clock = new FakeClock();
  limitConnections(server, logger, most, () => clock.now());
  t.teardown(() => server.close());
  const { port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
  const open = async (): Promise<Socket> => {
    const socket = connect(Number(port), '127.0.0.1');
    t.teardown(() => socket.destroy());
    socket.on('error', () => undefined).resume();
    await once(socket, 'connect');
    return socket;
  };
  return { server, open, clock, lines: () => logs.lines.map(({ time, ...line }) => line) };
}

t.test(
  'connections beyond those there are files for are refused, and told once a minute',
  async (t) => {
    const { server, open, clock, lines } = await limited(t, 160);
    const accepted = once(server.server, 'connection');
    const [first] = await Promise.all(Array.from({ length: 16 }, open));
    await accepted;
    const refuse = async () => {
      const dropped = once(server.server, 'drop');
      const socket = await open();
      if (!socket.destroyed) await once(socket, 'close');
      await dropped;
    };
    const told = {
      level: 'error',
      connections: 16,
      remedy: 'raise the limit of open files (ulimit -n, now 160), or add replicas',
      msg: 'too many connections, new ones are refused',
    };
    await refuse();
    await refuse();
    t.strictSame(lines(), [told]);
    first?.destroy();
    while ((await openOn(server)) === 16) await new Promise(setImmediate);
    const again = once(server.server, 'connection');
    await open();
    await again;
    await refuse();
    clock.advance(59_999);
    await refuse();
    t.strictSame(lines(), [told], 'also where some come in between');
    clock.advance(1);
    await refuse();
    t.strictSame(lines(), [told, told]);
  },
);

function openOn({ server }: { readonly server: { getConnections(done: Counted): unknown } }) {
  return new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));
}
type Counted = (error: Error | null, count: number) => void;

t.test('half of the files are for connections to the model', async (t) => {
  t.equal((await limited(t, 1128)).server.server.maxConnections, 500);
  const unlimited = await limited(t, null);
  t.equal(unlimited.server.server.maxConnections, undefined, 'where nothing is known');
});

t.test('the limit of files is read where Linux tells it', async (t) => {
  const line = (soft: string) => `Max processes  7  9\nMax open files  ${soft}  4096  files\n`;
  const dir = t.testdir({ some: line('1024'), none: line('unlimited') });
  t.equal(descriptorLimit(`${dir}/some`), 1024);
  t.equal(descriptorLimit(`${dir}/none`), null);
  t.equal(descriptorLimit(`${dir}/missing`), null);
});

/** Larger than all buffers between two programs on one machine. */
const LARGE = 'x'.repeat(64 * 1024 * 1024);

t.test('who takes nothing of a whole reply is dropped, who has taken it is not', async (t) => {
  const server = fastify({ forceCloseConnections: true });
  server.addHook('onSend', async (_request, reply) => dropIfNotTaken(reply, 300));
  server.get('/large', async () => LARGE);
  server.get('/small', async () => 'small');
  t.teardown(() => server.close());
  const accepted: Socket[] = [];
  server.server.on('connection', (socket) => accepted.push(socket));
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const taker = rawSocket(t, url, get('/small'));
  await taker.until(/small$/);
  rawSocket(t, url, get('/large'), false);
  while (accepted.length < 2) await new Promise(setImmediate);
  const [kept, dropped] = accepted;
  if (dropped === undefined || kept === undefined) throw new Error('two connections');
  await once(dropped, 'close');
  t.equal(kept.destroyed, false);
});

t.test('a connection that stays idle after a whole reply is ended', async (t) => {
  const server = fastify({ forceCloseConnections: true, keepAliveTimeout: 50 });
  server.addHook('onSend', async (_request, reply) => dropIfNotTaken(reply, 60_000));
  server.get('/small', async () => 'small');
  t.teardown(() => server.close());
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const { until, closed } = rawSocket(t, url, 'GET /small HTTP/1.1\r\nHost: x\r\n\r\n');
  await until(/small$/);
  t.equal(await closed, 'end');
});
