// The way to a provider: directly, or through the proxies that the usual variables name.

import t, { type Test } from 'tap';
import type { Dispatcher } from 'undici';
import { createAgent, type ProxySettings } from '../../src/upstream/agent.ts';
import { startProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';

const LIMITS = { connectTimeoutMs: 5000, firstByteTimeoutMs: 5000, idleTimeoutMs: 5000 };
const DIRECT = { httpProxy: '', httpsProxy: '', noProxy: '' };

function agentOf(t: Test, proxies: Partial<ProxySettings>): Dispatcher {
  const agent = createAgent(LIMITS, { ...DIRECT, ...proxies });
  t.teardown(() => agent.destroy());
  return agent;
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
  t.strictSame(proxy.asked, [`GET ${upstream.url}/ Basic ${btoa('user:pass')}`]);
});

t.test('an address with TLS is reached through a tunnel', async (t) => {
  const upstream = await startUpstream(t, (response) => response.end('here'));
  const { host } = new URL(upstream.url);
  const proxy = await startProxy(t);
  const agent = agentOf(t, { httpsProxy: proxy.url });
  // Who listens there speaks no TLS.
  await t.rejects(ask(agent, `https://${host}`));
  t.strictSame(proxy.asked, [`CONNECT ${host}`]);
});

t.test('hosts that need none are asked directly', async (t) => {
  const upstream = await startUpstream(t, (response) => response.end('here'));
  const proxy = await startProxy(t);
  const agent = agentOf(t, { httpProxy: proxy.url, noProxy: 'example.com,127.0.0.1' });
  t.equal(await ask(agent, upstream.url), 'here');
  t.strictSame(proxy.asked, []);
});

t.test('a proxy that is not there is a provider that is not there', async (t) => {
  const upstream = await startUpstream(t, (response) => response.end('here'));
  const agent = agentOf(t, { httpProxy: 'http://127.0.0.1:1' });
  await t.rejects(ask(agent, upstream.url), { code: 'ECONNREFUSED' });
});
