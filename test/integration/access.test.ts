// Who is answered by a worker whose address has credentials, and by one whose callers have keys.

import { writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { startApp } from '../../src/app/app.ts';
import { reloadCallerKeys } from '../../src/config/load.ts';
import { call, json } from '../support/http-call.ts';
import { createLogSink } from '../support/log-sink.ts';
import { HELLO, settingsFrom, startWorker } from '../support/start-worker.ts';

const PATHS = [
  ...['/worker_generate_stream', '/worker_generate', '/worker_get_embeddings'],
  ...['/worker_get_conv_template', '/worker_get_status', '/count_token', '/model_details'],
  ...['/release', '/no-such-path'],
];

const PAIR = Buffer.from('fast chat:p@ss:%"').toString('base64');
const headers = { authorization: `Basic ${PAIR}` };

/** A worker whose address has these credentials, and a prefix. */
function startGuarded(t: Test) {
  return startWorker(t, { WORKER_ADDRESS: 'http://fast%20chat:p%40ss:%25%22@127.0.0.1:1/glm' });
}

t.test('without the credentials no path of the worker is answered', async (t) => {
  const { url, glm } = await startGuarded(t);
  for (const path of PATHS.flatMap((path) => [path, `/glm${path}`])) {
    const reply = await call(t, url + path, { body: HELLO });
    t.match(
      [reply.status, json(reply), reply.end],
      [
        401,
        { text: /^需要用户名和密码/, error_code: 40102, error: { type: 'credentials_refused' } },
        'end',
      ],
      path,
    );
    t.match(reply.headers, { 'www-authenticate': /^Basic /, 'x-request-id': /./ });
  }
  t.strictSame(glm.calls, []);
});

t.test('with them all are, at the root and under the prefix', async (t) => {
  const { url, glm } = await startGuarded(t);
  for (const prefix of ['', '/glm']) {
    const stream = await call(t, `${url}${prefix}/worker_generate_stream`, {
      body: HELLO,
      headers,
    });
    t.match([stream.status, stream.frames.at(-1)], [200, { error_code: 0, finish_reason: 'stop' }]);
    const status = await call(t, `${url}${prefix}/worker_get_status`, { headers });
    t.match(json(status), { model_names: ['zhipu-api'] });
  }
  t.equal(glm.calls.length, 2);
});

t.test('whether it lives is told without them', async (t) => {
  const { url } = await startGuarded(t);
  for (const path of ['/healthz', '/readyz', '/glm/healthz']) {
    t.equal((await call(t, url + path, { method: 'GET' })).status, 200);
  }
});

t.test('a body that is refused is not waited for', async (t) => {
  const { url } = await startGuarded(t);
  const body = 'x'.repeat(8 * 1024 * 1024);
  t.equal((await call(t, `${url}/worker_generate`, { body })).status, 401);
});

t.test('keys of callers are read again, and those that cannot be change nothing', async (t) => {
  const file = `${t.testdir({ keys: 'planted-one' })}/keys`;
  const env = { ZHIPUAI_API_KEY: 'a.b', API_KEYS_FILE: file };
  const settings = settingsFrom({ PORT: '0', NO_REGISTER: 'true', ...env });
  const logs = createLogSink();
  const sources = { argv: [], env, dotenv: {} };
  const app = await startApp(settings, logs, undefined, () => reloadCallerKeys(sources));
  t.teardown(() => app.stop());
  writeFileSync(file, 'planted-two\nplanted-three\n');
  app.reload();
  t.match(await logs.waitFor('API_KEYS read again'), { level: 'info', keys: 2 });
  app.logger.info('planted-one, planted-two');
  t.notMatch(logs.text, 'planted');
  writeFileSync(file, '\n');
  app.reload();
  const why = 'API_KEYS_FILE: the file it names is empty';
  t.match(await logs.waitFor('API_KEYS not taken, nothing changed'), { level: 'error', why });
});

t.test('what is on where anybody may come is told once, with what guards it', async (t) => {
  const on = { OPENAI_API: 'on', METRICS: 'on', STATUS_PAGE: 'auto', DOCS: 'off' };
  const message = 'whoever reaches this port can use what is on';
  const open = async (env: Record<string, string>) => {
    const { logs } = await startWorker(t, { HOST: '0.0.0.0', ...on, ...env });
    return logs.withMessage(message).map((line) => Object(line)['open']);
  };
  t.strictSame(await open({}), [['OPENAI_API', 'METRICS']]);
  t.strictSame(await open({ API_KEYS: 'key' }), [['METRICS']]);
  t.strictSame(await open({ WORKER_ADDRESS: 'http://u:p@w' }), []);
  t.strictSame(await open({ HOST: '127.0.0.1' }), []);
  t.strictSame(await open({ OPENAI_API: 'auto', METRICS: 'off' }), []);
});
