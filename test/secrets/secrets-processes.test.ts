// No secret leaves a process: neither by its streams nor in a reply to whoever calls it, rightly or not.

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { commands } from '../../src/commands/commands.ts';
import { startFakeGlm } from '../../src/sandbox/glm/fake-glm.ts';
import { createAuthority } from '../support/certificates.ts';
import { type Command, command } from '../support/command.ts';
import { call } from '../support/http-call.ts';
import { HELLO } from '../support/start-worker.ts';
import { CALLER_KEY, KEY, PASSWORDS, Search } from './planted.ts';

/** The pair of `WORKER_ADDRESS` as it is sent, and with what a header cannot hold by chance. */
const PAIR = Buffer.from(`user:${PASSWORDS.worker}`).toString('base64');

const ENV = {
  ZHIPUAI_API_KEY: KEY,
  API_KEYS: CALLER_KEY,
  WORKER_ADDRESS: `https://user:${PASSWORDS.worker}@127.0.0.1:1/glm`,
  CONTROLLER_ADDRESS: 'http://127.0.0.1:1',
  HTTPS_PROXY: `http://user:${PASSWORDS.proxy}@127.0.0.1:1`,
  NO_PROXY: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: 'trace',
};

const base = t.testdir();

/** A certificate in files, and the search for its key. */
function withCertificate() {
  const authority = createAuthority();
  const { key, cert } = authority.issue(['127.0.0.1']);
  const folder = mkdtempSync(`${base}/`);
  const files = { SSL_KEYFILE: `${folder}/key.pem`, SSL_CERTFILE: `${folder}/cert.pem` };
  writeFileSync(files.SSL_KEYFILE, key);
  writeFileSync(files.SSL_CERTFILE, cert);
  const [, body = ''] = /KEY-----\n(.*)\n-----END/s.exec(key) ?? [];
  // The first line says only what kind of key it is.
  const search = new Search([PAIR, ...body.split('\n').slice(1)]);
  return { env: { ...ENV, SSL: 'true', ...files }, files, ca: authority.cert, search };
}

async function look(search: Search, where: string, running: Command): Promise<void> {
  const { stdout, stderr } = await running.ended;
  search.look(where, stdout + stderr);
}

t.test('a worker that serves, reads anew and ends', async (t) => {
  const { env, files, ca, search } = withCertificate();
  const glm = await startFakeGlm({ keys: [KEY] });
  t.teardown(() => glm.close());
  const serving = command(t, ['serve'], { ...env, ZHIPUAI_BASE_URL: glm.url });
  const [, url = ''] = await serving.stderr(/"url":"(https:[^"]+)"/);
  const answers: number[] = [];
  const headersOf: Readonly<Record<string, Record<string, string>>> = {
    nothing: {},
    'the pair': { authorization: `Basic ${PAIR}` },
    'another pair': { authorization: `Basic ${PAIR}x` },
    'the key': { authorization: `Bearer ${CALLER_KEY}` },
    'another key': { authorization: `Bearer ${CALLER_KEY}x` },
    'the key of GLM': { authorization: KEY, 'x-api-key': KEY },
  };
  for (const [name, headers] of Object.entries(headersOf)) {
    for (const path of ['/worker_generate_stream', '/glm/worker_get_status', '/v1/models', '/']) {
      for (const method of ['POST', 'GET']) {
        const reply = await call(t, url + path, { method, body: HELLO, headers, ca });
        answers.push(reply.status);
        search.look(`${path} with ${name}`, reply.body + JSON.stringify(reply.headers));
      }
    }
  }
  t.ok(answers.includes(200) && answers.includes(401), 'some are answered, some are not');
  writeFileSync(files.SSL_CERTFILE, readFileSync(files.SSL_KEYFILE));
  serving.kill('SIGHUP');
  await serving.stderr(/certificate not taken/);
  serving.kill('SIGTERM');
  await look(search, 'serve', serving);
  search.end(t, 1);
});

/** What goes on until it is stopped, and what is asked one question. */
const OTHERS: readonly string[] = ['serve', 'sandbox', 'demo'];

t.test('the other commands, which see the same settings', async (t) => {
  const { env, search } = withCertificate();
  await look(search, 'demo', command(t, ['demo', '--once', 'hi'], env));
  const sandbox = command(t, ['sandbox', '--glm-port', '0'], env);
  await sandbox.stdout(/http:/);
  sandbox.kill('SIGTERM');
  await look(search, 'sandbox', sandbox);
  for (const { name } of commands) {
    if (!OTHERS.includes(name)) await look(search, name, command(t, [name], env));
  }
  search.end(t, 1);
});
