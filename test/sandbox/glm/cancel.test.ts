// Callers who leave: every wait of the fake ends at once and is recorded as cancelled.
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { CallLog, type Outcome } from '../../../src/sandbox/glm/call-log.ts';
import { Exchange } from '../../../src/sandbox/glm/exchange.ts';
import { Holds } from '../../../src/sandbox/glm/holds.ts';
import type { Scenario } from '../../../src/sandbox/glm/scenario.ts';
import { chat, HELLO, refusal, STREAM, startChat, withGlm } from '../support/glm.ts';
import { asking, send, start } from '../support/http-client.ts';

const LATE = 60_000;
const WAITS: readonly (readonly [string, Scenario, boolean])[] = [
  ['a first delay', { kind: 'chat', firstDelayMs: LATE }, false],
  ['a pause', { kind: 'chat', paceMs: LATE }, true],
  ['a delayed error', { kind: 'error', delayMs: LATE }, false],
  ['no headers', { kind: 'fault', fault: 'hang-before-headers' }, false],
  ['headers alone', { kind: 'fault', fault: 'hang-after-headers' }, true],
  ['text and then nothing', { kind: 'fault', fault: 'hang-mid-stream' }, true],
  ['nothing but headers', { kind: 'fault', fault: 'hang-mid-stream', after: 0 }, true],
  ['a trickle', { kind: 'fault', fault: 'trickle' }, true],
];

t.test('every wait ends when the caller leaves', async (t) => {
  const glm = await withGlm(t);
  for (const [name, scenario, headers] of WAITS) {
    glm.reset();
    const running = startChat(glm, STREAM, scenario);
    const call = await glm.waitForCall(1);
    if (headers) await running.head;
    t.strictSame([glm.inFlight, call.outcome, call.endedAt], [1, null, null], name);
    const left = Date.now();
    running.leave();
    await glm.idle();
    t.equal(call.outcome, 'cancelled', name);
    t.ok(Number(call.endedAt) - left < 1000, `${name} ended soon`);
    t.strictSame(glm.ledger, { begun: 1, finished: 0, cancelled: 1, failed: 0 }, name);
  }
});

t.test('a caller who does not read holds the stream, and ends it by leaving', async (t) => {
  const glm = await withGlm(t);
  const scenario: Scenario = {
    kind: 'chat',
    text: 'x'.repeat(1000),
    chunkChars: 1000,
    repeat: 50_000,
  };
  glm.script(scenario);
  const running = start(`${glm.url}/chat/completions`, { ...asking(STREAM), stall: true });
  await running.head;
  const bytes = () => Number(glm.calls[0]?.bytes);
  for (let last = -1; last < bytes(); await sleep(20)) last = bytes();
  t.ok(bytes() < 40_000_000, `${bytes()} bytes were taken by the buffers, then the fake waited`);
  running.leave();
  await glm.idle();
  t.match(glm.calls, [{ outcome: 'cancelled' }]);
});

t.test('a caller who leaves while sending is recorded too', async (t) => {
  const glm = await withGlm(t);
  const { port } = new URL(glm.origin);
  const socket = connect(Number(port), '127.0.0.1');
  const head = ['POST /api/paas/v4/chat/completions HTTP/1.1', 'Host: x', 'Content-Length: 9'];
  socket.write(`${head.join('\r\n')}\r\nExpect: 100-continue\r\n\r\n{`);
  await once(socket, 'data');
  t.equal(glm.inFlight, 1);
  socket.destroy();
  t.match(await glm.waitForCall(1), { outcome: 'cancelled', body: null, auth: { kind: 'none' } });
  t.equal(glm.inFlight, 0);
});

t.test('leaving frees the place of the account limit', async (t) => {
  const glm = await withGlm(t, { accountLimit: 1, keys: ['sandbox.local-demo-secret', 'b.b'] });
  const hang: Scenario = { kind: 'fault', fault: 'hang-after-headers' };
  const first = startChat(glm, STREAM, hang);
  await first.head;
  t.match(refusal(await chat(glm, HELLO)), { status: 429, code: '1302' });
  t.equal((await chat(glm, { ...HELLO, model: 'glm-4.5' })).status, 200, 'another model');
  const other = asking(HELLO, { headers: { authorization: 'Bearer b.b' } });
  t.equal((await send(`${glm.url}/chat/completions`, other)).status, 200, 'another key');
  t.equal((await send(`${glm.url}/tokenizer`, asking(HELLO))).status, 200, 'another endpoint');
  glm.setAccountLimit(2);
  t.equal((await chat(glm, HELLO)).status, 200);
  glm.setAccountLimit(1);
  first.leave();
  await glm.idle();
  t.equal((await chat(glm, HELLO)).status, 200);
  glm.setAccountLimit(null);
  t.equal(glm.peakInFlight, 2);
});

t.test('closing the fake ends what is in flight as failed', async (t) => {
  const glm = await withGlm(t);
  const idle = connect(Number(new URL(glm.origin).port), '127.0.0.1');
  const idleClosed = new Promise((resolve) => idle.once('close', resolve));
  const running = startChat(glm, STREAM, { kind: 'fault', fault: 'hang-mid-stream' });
  await running.head;
  await Promise.all([glm.close(), glm.close()]);
  t.equal((await running.seen).end, 'ECONNRESET');
  await idleClosed;
  t.strictSame(glm.ledger, { begun: 1, finished: 0, cancelled: 0, failed: 1 });
  t.match(await send(glm.origin), { end: 'ECONNREFUSED' });
});

t.test('connections are counted and numbered, so that reuse shows', async (t) => {
  const glm = await withGlm(t);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  for (const body of [HELLO, STREAM, { ...HELLO, model: 'unknown' }, STREAM])
    await send(`${glm.url}/chat/completions`, { ...asking(body), agent });
  t.strictSame([glm.connections, glm.calls.map((call) => call.connection)], [1, [1, 1, 1, 1]]);
  await chat(glm, HELLO);
  t.strictSame([glm.connections, glm.calls.at(-1)?.connection], [2, 2]);
});

t.test('once the caller has left nothing waits and nothing is written', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  // The types of `once` do not know the event's arguments.
  const [request, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
  const log = new CallLog(1);
  const call = log.begin({ connection: 1, method: 'GET', path: '/', headers: {} });
  const onEnd = (outcome: Outcome) => log.end(call, outcome);
  const exchange = new Exchange(request, response, call, { holds: new Holds(), onEnd });
  const gone = t.rejects(exchange.hang(), { name: 'CallerLeft' });
  t.equal(exchange.left, false);
  client.destroy();
  await gone;
  t.equal(exchange.left, true);
  t.throws(() => exchange.push(Buffer.from('x')), { name: 'CallerLeft' });
  await t.rejects(exchange.pause(1), { name: 'CallerLeft' });
  await t.rejects(exchange.end('finished'), { name: 'CallerLeft' });
  t.match(call, { outcome: 'cancelled', bytes: 0 });
});
