// Requests to GLM as they arrive there, and what comes back.

import type { OutgoingHttpHeaders } from 'node:http';
import t from 'tap';
import { asJson, type GlmClient, readReply, refusalOf } from '../../src/glm/client.ts';
import { ModelError, type ModelFailureKind } from '../../src/model/model-error.ts';
import { readBody } from '../../src/upstream/read-body.ts';
import type { ResponseBytes } from '../../src/upstream/response-bytes.ts';
import { clientOf, KEY, released, startRawUpstream, startUpstream } from '../support/upstream.ts';

/** The signal of a caller who stays. */
const staying = () => new AbortController().signal;

const ask = (client: GlmClient): Promise<ResponseBytes> =>
  client.send({ method: 'POST', path: '/x', body: { a: 1 }, accept: '*/*' }, staying());

const readJson = async (client: GlmClient) =>
  (await readReply(client, { method: 'POST', path: '/x', body: {} }, staying(), asJson)).json;

/** Sends a request and reads the whole reply. */
async function exchange(client: GlmClient): Promise<string | null> {
  const response = await ask(client);
  await response.head();
  const body = await readBody(response, 1000, 5000);
  response.close();
  return body?.toString() ?? null;
}

const failureOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => undefined,
    (error: unknown) => (error instanceof ModelError ? error : undefined),
  );

t.test('a request is JSON with the key, below the path of the base URL', async (t) => {
  const upstream = await startUpstream(t, (response) => response.end('ok'));
  for (const base of ['/api/paas/v4', '/api/paas/v4//', '', '/']) {
    t.equal(await exchange(clientOf(t, upstream.url + base)), 'ok');
  }
  const { host } = new URL(upstream.url);
  const headers = {
    host,
    connection: 'keep-alive',
    authorization: `Bearer ${KEY}`,
    accept: '*/*',
    'user-agent': 'glm-worker/test',
    'content-type': 'application/json; charset=UTF-8',
    'content-length': '7',
  };
  t.strictSame(
    upstream.arrivals.map(({ method, path, headers, body }) => ({ method, path, headers, body })),
    ['/api/paas/v4/x', '/api/paas/v4/x', '/x', '/x'].map((path) => ({
      method: 'POST',
      path,
      headers,
      body: '{"a":1}',
    })),
  );
});

t.test('a response that was read to its end leaves its connection to the next one', async (t) => {
  const upstream = await startUpstream(t, (response) => response.end('ok'));
  const client = clientOf(t, upstream.url);
  await exchange(client);
  await released();
  await exchange(client);
  t.equal(new Set(upstream.arrivals.map(({ port }) => port)).size, 1);
});

t.test('a caller who leaves while the token is being signed is not asked for', async (t) => {
  const upstream = await startUpstream(t, (response) => response.end());
  let sign: (value: string) => void = () => undefined;
  const signing = new Promise<string>((resolve) => {
    sign = resolve;
  });
  const client = clientOf(t, upstream.url, {
    credentials: { authorization: () => signing, renew: () => true },
  });
  const life = new AbortController();
  const asked = client
    .send({ method: 'GET', path: '/x', accept: '*/*' }, life.signal)
    .catch((error: unknown) => error);
  const reason = new Error('the caller left');
  life.abort(reason);
  sign('Bearer late');
  t.equal(await asked, reason);
  t.strictSame(upstream.arrivals, []);
});

t.test('chunks of one read are one batch', async (t) => {
  const { url } = await startRawUpstream(t, (socket) =>
    socket.end(
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n',
    ),
  );
  const response = await ask(clientOf(t, url));
  await response.head();
  t.equal(String(await response.next()), 'ab');
  t.equal(await response.next(), null);
});

t.test('hints before the head are not the head', async (t) => {
  const upstream = await startUpstream(t, (response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    response.writeHead(204).end();
  });
  t.equal((await (await ask(clientOf(t, upstream.url))).head()).status, 204);
});

t.test("GLM's name for the request is looked for in two headers", async (t) => {
  const cases: [OutgoingHttpHeaders, string | undefined][] = [
    [{ 'x-log-id': 'a', 'x-request-id': 'b' }, 'a'],
    [{ 'x-request-id': 'b' }, 'b'],
    [{}, undefined],
    // Written twice it is a list, and no name.
    [{ 'x-log-id': ['a', 'b'] }, undefined],
  ];
  for (const [headers, requestId] of cases) {
    const upstream = await startUpstream(t, (response) => response.writeHead(500, headers).end());
    const response = await ask(clientOf(t, upstream.url));
    const refusal = await refusalOf(response, await response.head());
    t.equal(refusal.upstream.requestId, requestId);
  }
});

t.test('a body that trickles is given up', async (t) => {
  const upstream = await startUpstream(t, (response) => {
    response.write('x');
    const timer = setInterval(() => response.write('x'), 10);
    response.on('close', () => clearInterval(timer));
  });
  const response = await ask(clientOf(t, upstream.url));
  await response.head();
  t.equal((await failureOf(readBody(response, 1000, 50)))?.kind, 'upstream_timeout');
});

t.test('a body longer than the limit is not read to its end', async (t) => {
  const upstream = await startUpstream(t, (response) => response.end('x'.repeat(1000)));
  const client = clientOf(t, upstream.url);
  const read = async (limit: number) => {
    const response = await ask(client);
    const body = await readBody(response, limit, 5000);
    response.close();
    return body?.toString() ?? null;
  };
  t.equal(await read(1000), 'x'.repeat(1000));
  t.equal(await read(999), null);
});

const refusals: [name: string, body: string, seen: object][] = [
  [
    'a code',
    '{"error":{"code":"1302","message":"slow"},"request_id":"r"}',
    {
      kind: 'rate_limited',
      status: 503,
      code: '1302',
      message: 'slow',
      requestId: 'r',
      retryAfterMs: 2000,
    },
  ],
  [
    'HTML',
    '<html>bad</html>',
    { kind: 'upstream_error', status: 503, requestId: 'h', retryAfterMs: 2000 },
  ],
  ['nothing', '', { kind: 'upstream_error', status: 503, requestId: 'h', retryAfterMs: 2000 }],
  [
    'more than anybody wants to read',
    `{"error":{"code":"1302","message":"${'x'.repeat(70_000)}"}}`,
    { kind: 'upstream_error', status: 503, requestId: 'h', retryAfterMs: 2000 },
  ],
];

for (const [name, body, seen] of refusals) {
  t.test(`a refusal with ${name} tells what can be told`, async (t) => {
    const upstream = await startUpstream(t, (response) =>
      response.writeHead(503, { 'x-log-id': 'h', 'retry-after': '2' }).end(body),
    );
    const response = await ask(clientOf(t, upstream.url));
    const { kind, upstream: detail } = await refusalOf(response, await response.head());
    t.strictSame({ kind, ...detail }, seen);
  });
}

t.test('plain JSON is read, whatever it is, and its connection is used again', async (t) => {
  const replies = ['{"a":[1]}', '7'];
  const upstream = await startUpstream(t, (response) => response.end(replies.shift()));
  const client = clientOf(t, upstream.url);
  t.strictSame(await readJson(client), { a: [1] });
  await released();
  t.equal(await readJson(client), 7);
  t.equal(new Set(upstream.arrivals.map(({ port }) => port)).size, 1);
  t.equal(upstream.arrivals[0]?.headers.accept, 'application/json');
});

const notJson: [status: number, body: string, kind: ModelFailureKind][] = [
  [200, 'ok', 'upstream_malformed'],
  [200, '', 'upstream_malformed'],
  [200, '{"error":{"code":"1113"}}', 'quota_exhausted'],
  [400, '{"error":{"code":"1211"}}', 'model_unknown'],
  [302, '{"a":1}', 'upstream_malformed'],
];

for (const [status, body, kind] of notJson) {
  t.test(
    `status ${status} with ${body || 'nothing'} is ${kind} where JSON was wanted`,
    async (t) => {
      const upstream = await startUpstream(t, (response) => response.writeHead(status).end(body));
      const error = await failureOf(readJson(clientOf(t, upstream.url)));
      t.equal(error?.kind, kind);
    },
  );
}
