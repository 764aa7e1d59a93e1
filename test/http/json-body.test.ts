// What is read of a request's body, what is refused unread, and what is given back afterwards.

import { request as ask } from 'node:http';
import { connect } from 'node:net';
import fastify from 'fastify';
import t, { type Test } from 'tap';
import { ByteBudget, budgetOfHeap } from '../../src/http/byte-budget.ts';
import { addFailureReplies } from '../../src/http/failure-reply.ts';
import { readBodiesAsJson } from '../../src/http/json-body.ts';
import { longStringsOf } from '../../src/http/json-structure.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { Redactor } from '../../src/telemetry/redactor.ts';
import { createLogSink } from '../support/log-sink.ts';
import { turnCounter } from '../support/turn-counter.ts';

const LIMIT = 256 * 1024;

/** Bytes from which on a body is long. */
const LONG = 1024 * 1024;

/** A server whose `/echo` says the size of its body; its `/hold` answers when told to. */
async function reading(t: Test, budget = new ByteBudget(1024 * 1024)) {
  const logs = createLogSink();
  const server = fastify({ forceCloseConnections: true, bodyLimit: LIMIT });
  readBodiesAsJson(server, budget);
  addFailureReplies(server, createLogger({ level: 'info', redactor: new Redactor() }, logs));
  server.post('/echo', async (request) => ({ body: request.body ?? null }));
  server.post('/small', { bodyLimit: 10 }, async () => ({}));
  server.post('/large', { bodyLimit: 4 * LONG }, async ({ body }) => {
    return { length: Object(body)['text'].length };
  });
  const held: (() => void)[] = [];
  server.post('/hold', async () => {
    await new Promise<void>((resolve) => held.push(resolve));
    return {};
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  t.teardown(() => server.close());
  return { url, server, logs, budget, held };
}

/** Writes all of `body` before it reads a byte, as Python's clients do. */
function writeThenRead(url: string, path: string, body: Buffer): Promise<string> {
  const { port, hostname } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    socket.pause();
    socket.on('error', reject);
    const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n`;
    socket.write(`${head}Content-Length: ${body.length}\r\n\r\n`);
    socket.write(body, () => {
      let text = '';
      socket.on('data', (data) => {
        text += data;
      });
      socket.on('close', () => resolve(text));
      socket.resume();
    });
  });
}

t.test('a body is read as JSON whatever it is called, an empty one is none', async (t) => {
  const { server } = await reading(t);
  for (const type of ['application/json', 'text/plain', 'nonsense', undefined]) {
    const headers = type === undefined ? {} : { 'content-type': type };
    const reply = await server.inject({
      method: 'POST',
      url: '/echo',
      payload: '{"a":1}',
      headers,
    });
    t.strictSame(reply.json(), { body: { a: 1 } }, String(type));
  }
  t.strictSame((await server.inject({ method: 'POST', url: '/echo' })).json(), { body: null });
});

t.test('others run before and after a long body is parsed', async (t) => {
  const { server } = await reading(t, new ByteBudget(4 * LONG));
  const turnsOf = async (text: string) => {
    const turns = turnCounter();
    const reply = await server.inject({ method: 'POST', url: '/large', payload: text });
    turns.stop();
    return { turns: turns.count, reply };
  };
  const text = '你'.repeat(LONG / 3);
  const short = await turnsOf('{"text":"x"}');
  const long = await turnsOf(JSON.stringify({ text }));
  t.ok(Object(long.reply.json()).length === text.length);
  t.ok(long.turns >= short.turns + 3, `${short.turns} and ${long.turns} turns`);
  t.equal((await turnsOf(`${text}${text}`)).reply.statusCode, 400);
});

t.test('keys that programs trip over are fields like any other', async (t) => {
  const { server } = await reading(t);
  const payload = '{"__proto__":{"polluted":1},"constructor":{"prototype":2}}';
  const reply = await server.inject({ method: 'POST', url: '/echo', payload });
  t.equal(reply.body, `{"body":${payload}}`);
  t.equal(Object({})['polluted'], undefined);
});

t.test('a body over the limit is told so, also to who writes all of it first', async (t) => {
  const { url, logs } = await reading(t);
  const reply = await writeThenRead(url, '/echo', Buffer.alloc(3 * LIMIT, 'x'));
  t.match(reply, /^HTTP\/1.1 413 /);
  t.match(reply, /the limit is 262144 bytes/);
  t.match(logs.withMessage('request refused'), [{ failure: 'request_too_large' }]);
});

t.test('a route may have a limit of its own', async (t) => {
  const { url } = await reading(t);
  t.match(
    await writeThenRead(url, '/small', Buffer.from('"12345678901"')),
    /the limit is 10 bytes/,
  );
});

t.test('a body that never ends is not read for ever', async (t) => {
  const { url } = await reading(t);
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  t.teardown(() => socket.destroy());
  socket.on('error', () => undefined);
  socket.write('POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  const closed = new Promise((resolve) => socket.on('close', resolve));
  let written = 0;
  const write = () => {
    while (!socket.destroyed && written++ < 1000) if (!socket.write(chunk)) return;
  };
  socket.on('drain', write);
  write();
  await closed;
  t.ok(written < 1000, `${written} chunks`);
});

/** Sends a body in pieces of `size` bytes, each a chunk of its own. */
function sendInChunks(url: string, body: Buffer, size: number): Promise<string> {
  const { port, hostname } = new URL(url);
  return new Promise<string>((resolve, reject) => {
    const outgoing = ask({ port, hostname, path: '/echo', method: 'POST' }, (incoming) => {
      let text = '';
      incoming.on('data', (data) => {
        text += data;
      });
      incoming.on('end', () => resolve(text));
    });
    outgoing.on('error', reject);
    for (let at = 0; at < body.length; at += size) outgoing.write(body.subarray(at, at + size));
    outgoing.end();
  });
}

t.test(
  'a body in small chunks is one buffer, as programs send it while they make it',
  async (t) => {
    const { url, budget } = await reading(t);
    const body = Buffer.from(JSON.stringify('x'.repeat(100_000)));
    for (const size of [100, 16]) {
      const reply = await sendInChunks(url, body, size);
      t.equal(reply.length, body.length + '{"body":}'.length);
      t.ok(budget.used === 0 || budget.used === 131_072);
    }
    const few = Buffer.from(JSON.stringify('x'.repeat(10_000)));
    const reply = await sendInChunks(url, few, 1);
    t.equal(reply.length, few.length + '{"body":}'.length, 'some of a single byte are fine');
  },
);

t.test('a body in tens of thousands of single bytes is refused', async (t) => {
  const { url, budget, logs } = await reading(t);
  const body = Buffer.from(JSON.stringify('x'.repeat(100_000)));
  // Whoever still writes may not see the reply.
  await sendInChunks(url, body, 1).catch(() => undefined);
  t.match(await logs.waitFor('request refused'), { hint: 'body: comes in chunks of a few bytes' });
  t.equal(budget.used, 0);
});

t.test(
  'a caller who leaves in the middle of a body is no defect, nor is one who sends no HTTP',
  async (t) => {
    for (const rest of [null, 'no chunk']) {
      const { url, server, budget, logs } = await reading(t);
      const over = new Promise((resolve) => {
        server.server.once('request', (_request, response) => response.once('close', resolve));
      });
      const { port, hostname } = new URL(url);
      const socket = connect(Number(port), hostname);
      const chunk = `${(0x14000).toString(16)}\r\n${'x'.repeat(0x14000)}\r\n`;
      socket.write(`POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`);
      while (budget.used === 0) await new Promise((resolve) => setImmediate(resolve));
      if (rest === null) socket.destroy();
      else socket.resume().end(rest);
      await over;
      while (budget.used > 0) await new Promise((resolve) => setImmediate(resolve));
      t.strictSame(logs.lines, []);
    }
  },
);

t.test('bodies beyond the budget wait for nobody, small ones are always read', async (t) => {
  const { server, url, budget, held, logs } = await reading(t, new ByteBudget(300 * 1024));
  const large = Buffer.from(JSON.stringify('x'.repeat(200 * 1024)));
  const first = writeThenRead(url, '/hold', large);
  while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
  t.ok(budget.used > 0);
  t.match(await writeThenRead(url, '/echo', large), /^HTTP\/1.1 503 [\s\S]*bodies_full/);
  t.match(logs.withMessage('request refused'), [{ failure: 'bodies_full' }]);
  const small = await server.inject({ method: 'POST', url: '/echo', payload: '{"a":1}' });
  t.equal(small.statusCode, 200);
  held[0]?.();
  t.match(await first, /^HTTP\/1.1 200 /);
  while (budget.used > 0) await new Promise((resolve) => setImmediate(resolve));
  t.match(await writeThenRead(url, '/echo', large), /^HTTP\/1.1 200 /);
});

t.test('the budget has room for a body of the largest size, whatever the heap', async (t) => {
  const limit = 4 * 1024 ** 3;
  const budget = budgetOfHeap(limit);
  t.equal(budget.take(limit), true);
  t.equal(budget.take(2 * limit), false);
  t.equal(budget.used, limit);
});

t.test('structure is what is no text', async (t) => {
  const cases: readonly (readonly [what: string, body: string, mostly: boolean])[] = [
    ['a long text', JSON.stringify({ prompt: '"[{,:\\'.repeat(500_000) }), false],
    ['2,048 inputs', JSON.stringify({ input: Array.from({ length: 2048 }, () => 'text') }), false],
    ['brackets', '['.repeat(60_000), true],
    ['nested objects', '{"a":'.repeat(60_000), true],
    ['empty strings', `[${'"",'.repeat(60_000)}""]`, true],
    ['one long number', '1'.repeat(2_000_000), true],
    ['blanks', ' '.repeat(2_000_000), true],
    ['a string that never ends', `"${'x'.repeat(100)}`, false],
    ['a quote behind backslashes', '"\\\\\\"x\\\\"', false],
    ['nothing', '', false],
  ];
  for (const [what, body, mostly] of cases)
    t.equal((await longStringsOf(Buffer.from(body))) === null, mostly, what);
});

t.test('a body of structure is refused before it is parsed', async (t) => {
  const { server } = await reading(t);
  const reply = await server.inject({ method: 'POST', url: '/echo', payload: '['.repeat(100_000) });
  t.equal(reply.statusCode, 400);
  t.match(reply.body, /more structure than a request has/);
});
