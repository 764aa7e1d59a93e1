// Connections that mean harm, or are broken: they hold no place, and others notice nothing.

import t from 'tap';
import { call } from '../support/http-call.ts';
import { postBytes, rawSocket } from '../support/raw-socket.ts';
import { HELLO } from '../support/start-worker.ts';
import { checkNothingHeld, matrixWorker } from './support/cell.ts';
import { CHATS, checkOthers, crowd } from './support/hostile.ts';

const REQUEST = 'POST /worker_generate HTTP/1.1\r\nHost: localhost\r\n';

for (const [name, bytes] of [
  ['say nothing', ''],
  ['have sent half of their headers', `${REQUEST}X-Slow: `],
  ['have sent a byte of a body of a megabyte', `${REQUEST}Content-Length: 1000000\r\n\r\n{`],
] as const) {
  t.test(`500 connections that ${name} hold no place and keep nobody waiting`, async (t) => {
    const worker = await matrixWorker(t, { LIMIT_WORKER_CONCURRENCY: '1' });
    const sockets = await crowd(t, worker.url, 500, bytes);
    t.equal(await worker.queueLength(), 0);
    await checkOthers(t, worker);
    for (const socket of sockets) socket.destroy();
    await checkNothingHeld(t, worker);
    const lines = worker.logs.withMessage('request refused');
    t.ok(lines.length <= sockets.length, `${lines.length} lines in the log`);
  });
}

t.test('a body that is announced too large is refused before it is sent', async (t) => {
  const worker = await matrixWorker(t);
  for (const path of [...CHATS, '/worker_get_embeddings', '/count_token']) {
    const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n`;
    const socket = rawSocket(t, worker.url, head);
    t.match(await socket.until(/\}\0?$/), /"error_code":40001/, path);
    t.match(await socket.closed, /end|reset/);
  }
  await checkOthers(t, worker);
});

t.test('a body without end is not read without end', async (t) => {
  const worker = await matrixWorker(t, { BODY_LIMIT: '64KiB' });
  const head = `${REQUEST}Transfer-Encoding: chunked\r\n\r\n`;
  const [socket] = await crowd(t, worker.url, 1, head);
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  const closed = new Promise((resolve) => socket?.once('close', resolve));
  const pour = () => {
    while (socket?.writable && socket.write(chunk));
  };
  socket?.on('drain', pour).resume();
  pour();
  await closed;
  const taken = Number(socket?.bytesWritten);
  t.ok(taken < 100 * 1024 * 1024, `${taken} bytes were taken`);
  await checkOthers(t, worker);
});

t.test('headers without end are refused', async (t) => {
  const worker = await matrixWorker(t);
  const long = rawSocket(t, worker.url, `${REQUEST}X-Long: ${'y'.repeat(100_000)}`);
  t.match(await long.closed, /end|reset/);
  const many = rawSocket(t, worker.url, `${REQUEST}${'A: b\r\n'.repeat(50_000)}\r\n`);
  t.match(await many.closed, /end|reset/);
  await checkOthers(t, worker);
});

t.test('requests sent without waiting for the answer before are refused', async (t) => {
  const worker = await matrixWorker(t, { LIMIT_WORKER_CONCURRENCY: '3' });
  worker.glm.script({ kind: 'chat', text: 'the first', firstDelayMs: 50 });
  const embedding = postBytes('/worker_get_embeddings', { model: 'embedding-3', input: ['x'] });
  const chat = postBytes('/worker_generate', HELLO);
  const socket = rawSocket(t, worker.url, chat + chat + embedding);
  t.match(await socket.until(/"the first".*\}$/s), /^HTTP\/1.1 200/);
  t.match(await socket.closed, /end|reset/);
  t.equal(worker.glm.calls.length, 1);
  t.equal(worker.logs.withMessage('request refused').length, 2);
  await checkOthers(t, worker);
});

t.test('requests sent behind an answer under way leave with their caller', async (t) => {
  const worker = await matrixWorker(t, { LIMIT_WORKER_CONCURRENCY: '3' });
  const { glm, url, queueLength, logs } = worker;
  glm.setDefault({ kind: 'fault', fault: 'hang-before-headers' });
  const chats = postBytes('/worker_generate', HELLO) + postBytes(CHATS[0], HELLO);
  const socket = rawSocket(t, url, chats);
  await glm.waitForCall(1);
  await logs.waitFor('request refused');
  t.equal(await queueLength(), 1, 'the second one does not count');
  socket.leave();
  await glm.idle();
  await logs.waitFor('the caller left');
  await checkOthers(t, worker);
});

t.test('what is no request of HTTP/1.1 is refused', async (t) => {
  const worker = await matrixWorker(t);
  for (const bytes of [
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n',
    `${REQUEST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${REQUEST}Content-Length: -1\r\n\r\n`,
    `${REQUEST}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}`,
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  ]) {
    const { closed } = rawSocket(t, worker.url, bytes);
    t.match(await closed, /end|reset/, JSON.stringify(bytes.slice(0, 40)));
  }
  const upgrade = { connection: 'upgrade', upgrade: 'websocket' };
  const upgraded = await call(t, `${worker.url}/healthz`, { method: 'GET', headers: upgrade });
  t.equal(upgraded.status, 200);
  const traced = await call(t, `${worker.url}/%ff/..%2f`, { method: 'TRACE' });
  t.ok(traced.status >= 400 && traced.status < 500, `${traced.status}`);
  await checkOthers(t, worker);
});
