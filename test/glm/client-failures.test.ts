// Every way in which a request to GLM can fail before GLM has a say.

import { inspect } from 'node:util';
import t from 'tap';
import type { GlmClient } from '../../src/glm/client.ts';
import { ModelError, type ModelFailureKind } from '../../src/model/model-error.ts';
import { readBody } from '../../src/upstream/read-body.ts';
import { clientOf, startRawUpstream } from '../support/upstream.ts';

// Time limits are tested next to each other, because undici's clock ticks in half seconds.
t.jobs = 4;

/** The failure of a request whose whole reply somebody wants to read. */
async function failureOf(client: GlmClient): Promise<ModelError | undefined> {
  const asked = { method: 'POST', path: '/x', body: { a: 1 }, accept: '*/*' } as const;
  const response = await client.send(asked, new AbortController().signal);
  try {
    await response.head();
    await readBody(response, 1000, 5000);
    return undefined;
  } catch (error) {
    return error instanceof ModelError ? error : undefined;
  } finally {
    response.close();
  }
}

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n';

/** What a server writes before it goes silent or away, and the failure that this is. */
const breakages: [name: string, bytes: string, kind: ModelFailureKind][] = [
  ['closes without a word', '', 'upstream_unreachable'],
  ['closes within the head', 'HTTP/1.1 200 OK\r\nx: y', 'upstream_unreachable'],
  ['closes within the body', `${OK}half`, 'upstream_cut'],
  ['does not speak HTTP', 'SSH-2.0-OpenSSH_9.6\r\n\r\n', 'upstream_malformed'],
  [
    'sends an endless header',
    `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}\r\n`,
    'upstream_malformed',
  ],
];

for (const [name, bytes, kind] of breakages) {
  t.test(`an upstream that ${name} is ${kind}`, { buffered: true }, async (t) => {
    const { url } = await startRawUpstream(t, (socket) => socket.end(bytes));
    t.equal((await failureOf(clientOf(t, url)))?.kind, kind);
  });
}

t.test('an upstream that resets the connection is unreachable', { buffered: true }, async (t) => {
  const { url } = await startRawUpstream(t, (socket) => socket.resetAndDestroy());
  t.equal((await failureOf(clientOf(t, url)))?.kind, 'upstream_unreachable');
});

t.test('a port where nobody listens is unreachable', { buffered: true }, async (t) => {
  const client = clientOf(t, 'http://127.0.0.1:1');
  t.equal((await failureOf(client))?.kind, 'upstream_unreachable');
});

t.test('an upstream that says nothing at all is a timeout', { buffered: true }, async (t) => {
  const { url } = await startRawUpstream(t, () => undefined);
  const client = clientOf(t, url, { limits: { firstByteTimeoutMs: 100 } });
  t.equal((await failureOf(client))?.kind, 'upstream_timeout');
});

t.test(
  'an upstream that falls silent within the body is a timeout',
  { buffered: true },
  async (t) => {
    const { url } = await startRawUpstream(t, (socket) => socket.write(`${OK}half`));
    const client = clientOf(t, url, { limits: { idleTimeoutMs: 100 } });
    t.equal((await failureOf(client))?.kind, 'upstream_timeout');
  },
);

t.test('no failure ever holds the key or what stands in the URL', { buffered: true }, async (t) => {
  const secrets = /keyid|keysecret|u5er|passw0rd/;
  for (const [, bytes] of breakages) {
    const { url } = await startRawUpstream(t, (socket) => socket.end(bytes));
    const error = await failureOf(clientOf(t, url.replace('//', '//u5er:passw0rd@')));
    t.notMatch(inspect(error, { depth: null, showHidden: true }), secrets);
  }
  const refused = await failureOf(clientOf(t, 'http://u5er:passw0rd@127.0.0.1:1'));
  t.notMatch(inspect(refused, { depth: null, showHidden: true }), secrets);
});
