// The way to a provider: directly, or through the proxies that the usual variables name.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import t, { type Test } from 'tap';
import type { Dispatcher } from 'undici';
import { createAgent, type ProxySettings } from '../../src/upstream/agent.ts';
import { startUpstream } from '../support/upstream.ts';

const LIMITS = { connectTimeoutMs: 5000, firstByteTimeoutMs: 5000, idleTimeoutMs: 5000 };
const DIRECT = { httpProxy: '', httpsProxy: '', noProxy: '' };

function agentOf(t: Test, proxies: Partial<ProxySettings>): Dispatcher {
  const agent = createAgent(LIMITS, { ...DIRECT, ...proxies });
  t.teardown(() => agent.destroy());
  return agent;
}

/** A proxy that tunnels, and what it was asked for. */
async function startProxy(t: Test) {
  const tunnels: string[] = [];
  const server = createServer();
  server.on('connect', ({ url = '', headers }, socket) => {
    tunnels.push(`${url} ${headers['proxy-authorization'] ?? ''}`.trim());
    const { port, hostname } = new URL(`http://${url}`);
    const onward = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    t.teardown(() => onward.destroy());
    socket.on('error', () => undefined);
    onward.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  // A server that listens on a port has an address of this form.
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, tunnels };
}

async function ask(agent: Dispatcher, origin: string): Promise<string> {
  const { body } = await agent.request({ origin, path: '/', method: 'GET' });
  return body.text();
}

t.test('without a proxy the provider is asked directly', async (t) => {
  const upstream = await startUpstream(t, (response) => response.end('here'));
  t.equal(await ask(agentOf(t, {}), upstream.url), 'here');
});

t.test('with one everything goes through it, with its credentials', async (t) => {
  const upstream = await startUpstream(t, (response) => response.end('here'));
  const proxy = await startProxy(t);
  const httpProxy = proxy.url.replace('//', '//user:pass@');
  t.equal(await ask(agentOf(t, { httpProxy }), upstream.url), 'here');
  const { host } = new URL(upstream.url);
  t.strictSame(proxy.tunnels, [`${host} Basic ${btoa('user:pass')}`]);
});

t.test('hosts that need none are asked directly', async (t) => {
  const upstream = await startUpstream(t, (response) => response.end('here'));
  const proxy = await startProxy(t);
  const agent = agentOf(t, { httpProxy: proxy.url, noProxy: 'example.com,127.0.0.1' });
  t.equal(await ask(agent, upstream.url), 'here');
  t.strictSame(proxy.tunnels, []);
});

t.test('a proxy that is not there is a provider that is not there', async (t) => {
  const upstream = await startUpstream(t, (response) => response.end('here'));
  const agent = agentOf(t, { httpProxy: 'http://127.0.0.1:1' });
  await t.rejects(ask(agent, upstream.url), { code: 'ECONNREFUSED' });
});
