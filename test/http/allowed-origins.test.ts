// Browsers that ask whether a page may ask.

import fastify from 'fastify';
import t, { type Test } from 'tap';
import { addPreflightRoute } from '../../src/http/allowed-origins.ts';

const CHAT = 'https://chat.example';
const ASKING = { 'access-control-request-method': 'POST' };

async function preflight(t: Test, allowed: readonly string[], headers: Record<string, string>) {
  const server = fastify();
  t.teardown(() => server.close());
  addPreflightRoute(server, allowed);
  const url = '/v1/chat/completions';
  const reply = await server.inject({ method: 'OPTIONS', url, headers: { ...ASKING, ...headers } });
  const names = Object.entries(reply.headers).filter(([name]) => /^access|^vary/.test(name));
  return { status: reply.statusCode, body: reply.body, ...Object.fromEntries(names) };
}

t.test('a page that was named is told what it may send and read', async (t) => {
  const asked = 'authorization, content-type,x-stainless-lang';
  const headers = { origin: CHAT, 'access-control-request-headers': asked };
  t.strictSame(await preflight(t, ['https://other.example', CHAT], headers), {
    ...{ status: 204, body: '', vary: 'origin' },
    'access-control-allow-origin': CHAT,
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': asked,
    'access-control-expose-headers': 'x-request-id, retry-after',
    'access-control-max-age': '7200',
  });
});

t.test('names of headers that are none are not repeated', async (t) => {
  for (const asked of ['', 'a b', 'a,', 'a;b', 'ü']) {
    const headers = { origin: CHAT, 'access-control-request-headers': asked };
    const { status, ...told } = await preflight(t, ['*'], headers);
    t.equal(status, 204);
    t.notOk('access-control-allow-headers' in told, asked);
  }
});

t.test('a page that sends nothing unusual is told so much', async (t) => {
  const told = await preflight(t, ['*'], { origin: CHAT });
  t.strictSame([told.status, 'access-control-allow-headers' in told], [204, false]);
});

t.test('other pages are refused, and where no page is named nobody answers', async (t) => {
  for (const headers of [{ origin: 'https://evil.example' }, {}]) {
    const { status, body, ...told } = await preflight(t, [CHAT], headers);
    t.match([status, body, told], [403, /page_refused/, {}]);
    t.strictSame(told, {});
  }
  t.equal((await preflight(t, [], { origin: CHAT })).status, 404);
});
