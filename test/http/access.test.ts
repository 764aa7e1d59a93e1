// Who is answered: programs under known names; no pages of others, whatever name they ask under.

import fastify from 'fastify';
import t, { type Test } from 'tap';
import { type AccessOptions, type Guard, guardAccess } from '../../src/http/access.ts';
import { isLoopback } from '../../src/http/browsers.ts';
import { KnownSecrets } from '../../src/http/credentials.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { Redactor } from '../../src/telemetry/redactor.ts';
import { createLogSink } from '../support/log-sink.ts';

const OPEN = {
  ...{ host: '127.0.0.1', advertisedHost: '', allowedHosts: [], allowedOrigins: [] },
  ...{ credentials: null, callerKeys: new KnownSecrets([]) },
};

type Headers = Readonly<Record<string, string>>;

/** A server with a route behind each guard, under its name. */
function guarded(t: Test, options: Partial<AccessOptions> = {}) {
  const logs = createLogSink();
  const server = fastify();
  t.teardown(() => server.close());
  const logger = createLogger({ level: 'info', redactor: new Redactor() }, logs);
  const failures: Guard[] = [];
  const onAuthFailure = (guard: Guard) => void failures.push(guard);
  guardAccess(server, { ...OPEN, ...options }, { logger, onAuthFailure });
  server.post('/route', async () => 'answered');
  for (const guard of ['open', 'worker', 'pages', 'openai'] as const) {
    server.get(`/${guard}`, { config: { guard } }, async () => guard);
  }
  const ask = async (headers: Headers) => {
    const reply = await server.inject({ method: 'POST', url: '/route', headers });
    return reply.statusCode === 200 ? 'answered' : Object(reply.json())['error']['type'];
  };
  const get = (url: string, headers: Headers = {}) => server.inject({ url, headers });
  return { server, logs, ask, get, failures };
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
  const { ask } = guarded(t, {
    ...{ host: '127.0.0.2', advertisedHost: 'worker.example', allowedHosts: ['proxy.example'] },
  });
  for (const host of ['127.0.0.2:1', 'worker.example:80', 'proxy.example', 'Proxy.Example:8'])
    t.equal(await ask({ host }), 'answered', host);
});

t.test('a bound address of IPv6 is known as browsers spell it', async (t) => {
  const { ask } = guarded(t, { host: '::1' });
  t.equal(await ask({ host: '[::1]:21002' }), 'answered');
});

t.test('a worker that others reach is asked under any name', async (t) => {
  const { ask } = guarded(t, { host: '0.0.0.0' });
  t.equal(await ask({ host: 'worker-7.cluster.local:21002' }), 'answered');
  t.equal(await ask({ host: 'worker-7', origin: 'https://evil.example' }), 'page_refused');
});

t.test('what is open is answered whoever asks', async (t) => {
  const { get } = guarded(t, { credentials: { user: 'u', password: 'w' } });
  const headers = { host: 'any.example', origin: 'https://evil.example' };
  t.equal((await get('/open', headers)).body, 'open');
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

/** The header that HTTP clients make of a user and a password. */
function basic(user: string, password: string): Headers {
  const pair = Buffer.from(`${user}:${password}`).toString('base64');
  return { authorization: `Basic ${pair}` };
}

const CREDENTIALS = { user: 'fast chat', password: 'p@ss:w/rd%"' };

t.test('credentials are demanded of programs and of operators', async (t) => {
  const { get, ask, failures, logs } = guarded(t, { credentials: CREDENTIALS });
  const right = basic(CREDENTIALS.user, CREDENTIALS.password);
  for (const guard of ['worker', 'pages'] as const) {
    t.equal((await get(`/${guard}`, right)).body, guard);
    const { statusCode, headers } = await get(`/${guard}`);
    const challenge = 'Basic realm="glm-worker", charset="UTF-8"';
    t.strictSame([statusCode, headers['www-authenticate']], [401, challenge]);
  }
  t.equal(await ask(right), 'answered');
  t.equal(await ask({}), 'credentials_refused');
  t.strictSame(failures, ['worker', 'pages', 'worker']);
  t.match(logs.withMessage('request refused'), [
    {
      ...{ failure: 'credentials_refused', guard: 'worker', authorization: 'missing' },
      ...{ path: '/worker', caller: '127.0.0.1', remedy: /^callers need user and password/ },
    },
    { guard: 'pages' },
    { path: '/route' },
  ]);
});

t.test('whatever is not the pair is refused', async (t) => {
  const { get, logs } = guarded(t, { credentials: CREDENTIALS });
  const { user, password } = CREDENTIALS;
  const authorization = String(basic(user, password)['authorization']);
  for (const [header, given] of [
    ['', 'missing'],
    ['Basic', 'missing'],
    ['Basic ', 'missing'],
    [authorization.replace('Basic', 'Bearer'), 'missing'],
    [authorization.slice(6), 'missing'],
    [`${authorization} more`, 'missing'],
    ['Basic ?', 'wrong'],
    [String(basic(user, `${password}x`)['authorization']), 'wrong'],
    [String(basic(user, '')['authorization']), 'wrong'],
    [String(basic('', password)['authorization']), 'wrong'],
    [String(basic(user.toUpperCase(), password)['authorization']), 'wrong'],
  ] as const) {
    const { statusCode } = await get('/worker', { authorization: header });
    const { authorization: told } = Object(logs.lines.at(-1));
    t.strictSame([statusCode, told], [401, given], header);
  }
  t.equal(
    (await get('/worker', { authorization: authorization.replace('B', 'b') })).body,
    'worker',
  );
});

t.test('a path that does not exist is behind the guard too', async (t) => {
  const { get } = guarded(t, { credentials: CREDENTIALS });
  t.equal((await get('/elsewhere')).statusCode, 401);
  t.equal((await get('/elsewhere', basic('fast chat', 'p@ss:w/rd%"'))).statusCode, 404);
});

t.test(
  'a key of callers is demanded as Bearer, whichever it is, and what is read anew counts',
  async (t) => {
    const callerKeys = new KnownSecrets(['key-one', 'key-two']);
    const { get, failures } = guarded(t, { callerKeys });
    const statusFor = async (key: string) =>
      (await get('/openai', { authorization: `Bearer ${key}` })).statusCode;
    t.strictSame(await Promise.all(['key-one', 'key-two'].map(statusFor)), [200, 200]);
    const refused = await get('/openai');
    t.strictSame([refused.statusCode, refused.headers['www-authenticate']], [401, 'Bearer']);
    t.match(refused.json(), { error: { type: 'api_key_refused' } });
    t.strictSame(
      await Promise.all(['key-on', 'key-one,key-two', 'x'].map(statusFor)),
      [401, 401, 401],
    );
    callerKeys.replace(['key-three']);
    t.strictSame(await Promise.all(['key-one', 'key-three'].map(statusFor)), [401, 200]);
    t.equal((await get('/worker')).body, 'worker');
    t.strictSame(failures, Array(5).fill('openai'));
  },
);

t.test(
  'without keys the credentials count for callers of /v1, with keys they do not',
  async (t) => {
    const right = basic(CREDENTIALS.user, CREDENTIALS.password);
    const { get } = guarded(t, { credentials: CREDENTIALS });
    t.equal((await get('/openai')).statusCode, 401);
    t.equal((await get('/openai', right)).body, 'openai');
    const other = guarded(t, { credentials: CREDENTIALS, callerKeys: new KnownSecrets(['key']) });
    t.equal((await other.get('/openai', right)).statusCode, 401);
    t.equal((await other.get('/openai', { authorization: 'bearer key' })).body, 'openai');
  },
);

t.test('a link may lead to a page, and nothing else of another site', async (t) => {
  const { get } = guarded(t);
  const link = {
    ...{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    'sec-fetch-dest': 'document',
  };
  t.equal((await get('/pages', link)).body, 'pages');
  for (const [path, headers] of [
    ['/worker', link],
    ['/openai', link],
    ['/pages', { ...link, 'sec-fetch-dest': 'iframe' }],
    ['/pages', { ...link, 'sec-fetch-mode': 'no-cors' }],
    ['/pages', { ...link, origin: 'https://evil.example' }],
    ['/pages', { ...link, origin: 'null' }],
  ] as const)
    t.equal((await get(path, headers)).statusCode, 403, `${path} ${JSON.stringify(headers)}`);
});

const CHAT = 'https://chat.example';

t.test('a page that was named may call /v1 and nothing else', async (t) => {
  const { get } = guarded(t, {
    ...{ host: '0.0.0.0', allowedOrigins: [CHAT], callerKeys: new KnownSecrets(['key']) },
  });
  const page = { origin: CHAT, 'sec-fetch-site': 'cross-site', authorization: 'Bearer key' };
  const { body, headers } = await get('/openai', page);
  t.equal(body, 'openai');
  t.match(headers, {
    ...{ 'access-control-allow-origin': CHAT, vary: 'origin' },
    'access-control-expose-headers': 'x-request-id, retry-after',
  });
  // The page can read why it was refused.
  const refused = await get('/openai', { origin: CHAT });
  t.match([refused.statusCode, refused.headers['access-control-allow-origin']], [401, CHAT]);
  for (const path of ['/worker', '/pages']) {
    const other = await get(path, page);
    t.strictSame(
      [other.statusCode, other.headers['access-control-allow-origin']],
      [403, undefined],
    );
  }
  const evil = await get('/openai', { ...page, origin: 'https://evil.example' });
  t.strictSame([evil.statusCode, evil.headers['access-control-allow-origin']], [403, undefined]);
  t.equal((await get('/openai', { authorization: 'Bearer key' })).headers['vary'], 'origin');
  t.equal((await get('/openai', { ...page, origin: 'null' })).statusCode, 403);
});

t.test('with * any page may call /v1 that has a key', async (t) => {
  const { get } = guarded(t, { allowedOrigins: ['*'], callerKeys: new KnownSecrets(['key']) });
  const ask = (authorization: string) => get('/openai', { origin: 'null', authorization });
  t.equal((await ask('Bearer key')).headers['access-control-allow-origin'], 'null');
  t.equal((await ask('Bearer other')).statusCode, 401);
});

t.test('a page that was named still needs a known name of this machine', async (t) => {
  const { get } = guarded(t, { allowedOrigins: [CHAT], callerKeys: new KnownSecrets(['key']) });
  const page = { origin: CHAT, authorization: 'Bearer key', host: 'rebound.example' };
  t.match((await get('/openai', page)).json(), { error: { type: 'host_refused' } });
});
