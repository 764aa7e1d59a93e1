// No secret leaves a command: neither one that is given where it does not belong, nor one that is right.

import { join } from 'node:path';
import t, { type Test } from 'tap';
import { main } from '../../src/commands/main.ts';
import { fakeIo } from '../support/fake-io.ts';
import { BEARER, ID, KEY, PASSWORDS, SECRET_HALF, Search, TOKEN } from './planted.ts';

const WORKER_ADDRESS = `http://user:${PASSWORDS.worker}@127.0.0.1:21002`;
/** Refused, because FastChat's controller knows no credentials. */
const CONTROLLER_WITH_PASSWORD = `http://user:${PASSWORDS.controller}@127.0.0.1:1`;
const HTTPS_PROXY = `http://user:${PASSWORDS.proxy}@127.0.0.1:1`;

/** Right settings; each planted mistake comes on top of them. */
const ENV = {
  ZHIPUAI_API_KEY: KEY,
  ...{ WORKER_ADDRESS, CONTROLLER_ADDRESS: 'http://127.0.0.1:1', HTTPS_PROXY },
  PORT: '0',
  LOG_LEVEL: 'debug',
};

const VALUES = [
  ...[KEY, ID, SECRET_HALF, TOKEN, BEARER],
  ...[WORKER_ADDRESS, CONTROLLER_WITH_PASSWORD],
];

/** Every setting that has a form, and so can be given a value without it. */
const VARIABLES = [
  ...['HOST', 'PORT', 'WORKER_ADDRESS', 'CONTROLLER_ADDRESS', 'NO_REGISTER', 'MODEL_NAMES'],
  ...['GLM_MODEL', 'CONTEXT_LEN', 'MODELS_FILE', 'LIMIT_WORKER_CONCURRENCY', 'QUEUE_LIMIT'],
  ...['ZHIPUAI_API_KEY', 'ZHIPUAI_API_KEY_FILE', 'ZHIPUAI_BASE_URL', 'GLM_AUTH', 'TOKEN_TTL'],
  ...['BODY_LIMIT', 'LOG_LEVEL', 'HTTPS_PROXY', 'HTTP_PROXY', 'ALLOWED_HOSTS', 'THINKING'],
  ...['API_KEYS', 'API_KEYS_FILE', 'ALLOWED_ORIGINS', 'SSL', 'SSL_KEYFILE', 'SSL_CERTFILE'],
];

/** Runs a command whose settings are wrong, so that it ends by itself. */
async function misused(argv: readonly string[], options: Parameters<typeof fakeIo>[1]) {
  const { io, stdout, stderr } = fakeIo(argv, options);
  // Should the settings be fine after all, it ends at once.
  const stopping = { ...io, onSignal: (action: () => void) => setImmediate(action) };
  await main(stopping);
  return stdout.text + stderr.text;
}

t.test('settings that are wrong are told without their value', async (t) => {
  const search = new Search();
  for (const value of VALUES) {
    for (const variable of VARIABLES) {
      // One more mistake, so that it never starts.
      const env = { ...ENV, QUEUE_TIMEOUT: 'x', SSL: 'true', [variable]: value };
      search.look(`${variable}=${value}`, await misused(['serve'], { env }));
    }
  }
  search.end(t, VALUES.length * VARIABLES.length);
});

t.test('flags, words and commands that nobody knows are told without a secret', async (t) => {
  const search = new Search();
  for (const value of VALUES) {
    for (const argv of [
      [value],
      ['serve', value],
      ['serve', `--${value}`],
      ['serve', `--api-key=${value}`],
      ['serve', '--api-key', value],
      ['serve', '--port', value],
      ['serve', `--base-url=${value}`, '--port', 'x'],
      ['sandbox', value],
      ['sandbox', `--${value}`],
      ['demo', value],
      ['demo', `--${value}`],
      ['serve', '--help', value],
      ['--version', value],
    ])
      search.look(argv.join(' '), await misused(argv, { env: ENV }));
  }
  search.end(t, VALUES.length);
});

t.test('a MODELS_FILE with a secret in any place is told without it', async (t) => {
  const search = new Search();
  const contents = VALUES.flatMap((value) => [
    JSON.stringify({ m: { api_key: value } }),
    JSON.stringify({ m: { [value]: 1 } }),
    JSON.stringify({ [value]: { version: 1 } }),
    JSON.stringify({ m: value }),
    JSON.stringify({ m: { api_key: `$${value}` } }),
    JSON.stringify({ m: { base_url: value } }),
    `{"m": {"api_key": "${value}",}}`,
    value,
  ]);
  const files = Object.fromEntries(contents.map((content, index) => [`${index}.json`, content]));
  const folder = t.testdir(files);
  for (const [name, content] of Object.entries(files)) {
    const env = { ...ENV, MODELS_FILE: join(folder, name), QUEUE_TIMEOUT: '300' };
    search.look(content, await misused(['serve'], { env }));
  }
  search.end(t, contents.length);
});

t.test('an .env with a secret in any place is told without it', async (t) => {
  const search = new Search();
  for (const value of VALUES) {
    for (const line of [value, `export ${value}`, `${value}=1`, `PORT=${value}`, `"${value}"`]) {
      const directory = t.testdir({ '.env': `${line}\nQUEUE_TIMEOUT=x\n` });
      search.look(line, await misused(['serve'], { directory, env: ENV }));
    }
  }
  search.end(t, VALUES.length);
});

t.test('a worker that starts, serves and ends says none', async (t) => {
  const search = new Search();
  const { io, stdout, stderr, signal } = fakeIo(['serve'], { env: ENV });
  const ended = main(io);
  await stderr.until(/does not answer/);
  signal();
  await ended;
  search.look('serve', stdout.text + stderr.text);
  search.end(t, 1);
});

t.test('the demo and the sandbox know none of the settings of others', async (t) => {
  const search = new Search();
  search.look('demo', await once(t, ['demo', '--once', '你好']));
  const { io, stdout, stderr, signal } = fakeIo(['sandbox'], { env: ENV });
  const ended = main(io);
  await stdout.until(/http:/);
  signal();
  await ended;
  search.look('sandbox', stdout.text + stderr.text);
  search.end(t, 1);
});

async function once(t: Test, argv: readonly string[]): Promise<string> {
  const { io, stdout, stderr } = fakeIo(argv, { env: ENV });
  t.equal(await main(io), 0);
  return stdout.text + stderr.text;
}
