// HTTPS: everything that holds for HTTP, with a certificate that can be replaced while the worker runs.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import t, { type Test } from 'tap';
import { startApp } from '../../src/app/app.ts';
import { createAuthority, type Issued } from '../support/certificates.ts';
import { call, json, start } from '../support/http-call.ts';
import { createLogSink } from '../support/log-sink.ts';
import { postBytes, rawSocket } from '../support/raw-socket.ts';
import { HELLO, settingsFrom, startWorker } from '../support/start-worker.ts';
import { withController } from '../support/with-controller.ts';

const folder = t.testdir();
const authority = createAuthority();
const { cert: ca } = authority;

/** Names files with a certificate in the settings. */
function files({ key, cert }: Issued = authority.issue(['127.0.0.1', 'localhost'])) {
  const own = mkdtempSync(`${folder}/`);
  const named = { SSL_KEYFILE: `${own}/key.pem`, SSL_CERTFILE: `${own}/cert.pem` };
  writeFileSync(named.SSL_KEYFILE, key);
  writeFileSync(named.SSL_CERTFILE, cert);
  return named;
}

function startTls(t: Test, env: Readonly<Record<string, string>> = {}) {
  return startWorker(t, { SSL: 'true', ...files(), ...env });
}

/** Shakes hands; resolves with the connection, or the code of what went wrong. */
function shakeHands(t: Test, url: string, options: ConnectionOptions = { ca }) {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), ...options });
  t.teardown(() => socket.destroy());
  return new Promise<TLSSocket | string>((resolve) => {
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
  });
}

async function fingerprint(t: Test, url: string): Promise<string> {
  const socket = await shakeHands(t, url);
  return typeof socket === 'string' ? socket : socket.getPeerCertificate().fingerprint256;
}

t.test('an answer streams over TLS as it does without', async (t) => {
  const { url, app } = await startTls(t);
  t.match(url, /^https:\/\/127\.0\.0\.1:\d+$/);
  const { status, frames, end } = await call(t, `${url}/worker_generate_stream`, {
    body: HELLO,
    ca,
  });
  t.match([status, frames.at(-1), end], [200, { error_code: 0, finish_reason: 'stop' }, 'end']);
  t.ok(frames.length > 1);
  t.match(json(await call(t, `${url}/healthz`, { method: 'GET', ca })), { alive: true });
  await app.stop();
});

t.test('a caller who leaves ends the request to GLM', async (t) => {
  const { url, glm, logs } = await startTls(t);
  glm.setDefault({ kind: 'chat', text: 'tick ', repeat: 5000, paceMs: 20 });
  const running = start(t, `${url}/worker_generate_stream`, { body: HELLO, ca });
  await running.frame(({ text }) => text !== '');
  running.leave();
  await logs.waitFor('the caller left');
  await glm.idle();
  t.equal(glm.calls[0]?.outcome, 'cancelled');
});

t.test('a caller who takes nothing is dropped', async (t) => {
  const { url, glm, logs } = await startTls(t, { WRITE_TIMEOUT: '0.3' });
  glm.script({ kind: 'fault', fault: 'flood' });
  const socket = await shakeHands(t, url);
  if (typeof socket === 'string') throw new Error(socket);
  socket.pause();
  socket.write(postBytes('/worker_generate_stream', HELLO));
  t.match(await logs.waitFor('the caller left'), { outcome: 'left' });
  await glm.idle();
  t.equal(glm.calls[0]?.outcome, 'cancelled');
});

t.test('limits of bodies and the form of what is no HTTP are the same', async (t) => {
  const { url } = await startTls(t, { BODY_LIMIT: '1KiB' });
  const body = 'x'.repeat(100_000);
  t.match(json(await call(t, `${url}/worker_generate`, { body, ca })), { error_code: 40001 });
  const socket = await shakeHands(t, url);
  if (typeof socket === 'string') throw new Error(socket);
  socket.write('no HTTP\r\n\r\n');
  t.match(await text(socket), /^HTTP\/1\.1 400 Bad Request\r\n.*"request_invalid"/s);
});

async function text(socket: TLSSocket): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part);
  return Buffer.concat(parts).toString();
}

t.test('what is advertised begins with https, and is found by its own certificate', async (t) => {
  const controller = await withController(t);
  const env = { NO_REGISTER: 'false', CONTROLLER_ADDRESS: controller.url };
  const { url, app, logs } = await startTls(t, env);
  await logs.waitFor('registered');
  t.strictSame([app.workerAddress, ...controller.workers.keys()], [url, url]);
  const other = authority.issue(['other.example']);
  const wrong = await startTls(t, { ...env, ...files(other) });
  await wrong.logs.waitFor('registered');
  app.lookAround();
  wrong.app.lookAround();
  const line = await wrong.logs.waitFor('this worker is not found at its advertised address');
  t.match(line, { why: /altnames/, remedy: /^the certificate there has to be made out/ });
  t.strictSame(logs.withMessage('this worker is not found at its advertised address'), []);
});

t.test('a certificate is replaced while it serves, and a bad one changes nothing', async (t) => {
  const named = files();
  const settings = settingsFrom({
    ...{ PORT: '0', NO_REGISTER: 'true', ZHIPUAI_API_KEY: 'a.b' },
    ...{ SSL: 'true', HOST: 'localhost', ...named },
  });
  const logs = createLogSink();
  const app = await startApp(settings, logs);
  t.teardown(() => app.stop());
  const first = await fingerprint(t, app.url);
  const running = await shakeHands(t, app.url);

  const next = authority.issue(['localhost'], { from: new Date(0), to: new Date(1000) });
  writeFileSync(named.SSL_CERTFILE, next.cert);
  app.reload();
  t.match(await logs.waitFor('certificate not taken, nothing changed'), {
    ...{ level: 'error', why: /^SSL_KEYFILE: is not the key of SSL_CERTFILE/ },
  });
  t.equal(await fingerprint(t, app.url), first);

  const good = authority.issue(['localhost', '127.0.0.1']);
  writeFileSync(named.SSL_CERTFILE, good.cert);
  writeFileSync(named.SSL_KEYFILE, good.key);
  app.reload();
  await logs.waitFor('certificate read again');
  const second = await fingerprint(t, app.url);
  t.match(second, /^[\dA-F:]+$/);
  t.not(second, first);
  t.ok(typeof running !== 'string' && !running.destroyed, 'open connections stay');

  writeFileSync(named.SSL_CERTFILE, next.cert);
  writeFileSync(named.SSL_KEYFILE, next.key);
  app.reload();
  await logs.waitFor('certificate read again', 2);
  const warnings = logs.lines.filter(({ level }) => level === 'warn');
  t.match(warnings, [{ msg: /^SSL_CERTFILE: has expired/ }]);
  t.equal(await fingerprint(t, app.url), 'CERT_HAS_EXPIRED');
});

t.test('files that change while it starts are told in one line', async (t) => {
  const named = files();
  const settings = settingsFrom({ ZHIPUAI_API_KEY: 'a.b', PORT: '0', SSL: 'true', ...named });
  rmSync(named.SSL_KEYFILE);
  const why = 'SSL_KEYFILE: cannot read the file it names (ENOENT)';
  await t.rejects(startApp(settings, createLogSink()), { message: why });
});

t.test('handshakes that fail are told with what helps, and the worker serves on', async (t) => {
  const { url, logs } = await startTls(t);
  const plain = rawSocket(t, url, 'GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await plain.closed;
  t.match(await logs.waitFor('TLS handshake failed'), {
    ...{ level: 'warn', code: 'ERR_SSL_HTTP_REQUEST', remedy: /must begin with https/ },
  });
  t.equal(await shakeHands(t, url, {}), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  t.equal(
    await shakeHands(t, url, { ca, maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: OLD }),
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  );
  t.match(await logs.waitFor('TLS handshake failed', 2), {
    ...{ code: 'ERR_SSL_UNSUPPORTED_PROTOCOL', remedy: /TLS 1\.2/ },
  });
  t.equal((await call(t, `${url}/healthz`, { method: 'GET', ca })).status, 200);
});

/** Else the client refuses its own old version. */
const OLD = 'DEFAULT@SECLEVEL=0';

t.test('noise fills no log', async (t) => {
  const { url, logs } = await startTls(t);
  for (let count = 0; count < 40; count++) await rawSocket(t, url, 'noise\r\n\r\n').closed;
  const { hostname, port } = new URL(url);
  // Probes of a port do this, and say nothing.
  const probe = connectPlain(Number(port), hostname);
  await new Promise<void>((resolve) => probe.once('connect', resolve));
  probe.resetAndDestroy();
  t.equal((await call(t, `${url}/healthz`, { method: 'GET', ca })).status, 200);
  const lines = logs.withMessage('TLS handshake failed');
  t.equal(lines.length, 20);
  t.match(lines[0], { code: /^ERR_SSL_/, remedy: /no HTTPS client/ });
});
