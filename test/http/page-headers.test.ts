// What browsers are told about pages, and nobody about anything else.

import fastify from 'fastify';
import t, { type Test } from 'tap';
import { addPageHeaders } from '../../src/http/page-headers.ts';

async function headersOf(t: Test, path: string) {
  const server = fastify();
  t.teardown(() => server.close());
  addPageHeaders(server);
  server.get('/page', { config: { guard: 'pages' } }, async () => 'page');
  server.get('/scripted', { config: { guard: 'pages' } }, async (_request, reply) => {
    return reply.header('content-security-policy', "script-src 'nonce-1'").send('page');
  });
  server.get('/worker', { config: { guard: 'worker' } }, async () => 'worker');
  const { headers } = await server.inject({ url: path });
  const { date, connection, ...others } = headers;
  return others;
}

const PLAIN = { 'content-type': 'text/plain; charset=utf-8' };

t.test('a page is not framed, guessed at or told to others', async (t) => {
  const safe = {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
  };
  t.strictSame(await headersOf(t, '/page'), {
    ...{ ...PLAIN, 'content-length': '4', ...safe },
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  });
  t.strictSame(await headersOf(t, '/scripted'), {
    ...{ ...PLAIN, 'content-length': '4', ...safe },
    'content-security-policy': "script-src 'nonce-1'",
  });
});

t.test('programs get no header of these', async (t) => {
  t.strictSame(await headersOf(t, '/worker'), { ...PLAIN, 'content-length': '6' });
});
