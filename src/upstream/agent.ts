// The connections to a provider: one pool for the process, directly or through a proxy.

import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';

/**
 * How long an idle connection waits for its next request, in milliseconds. Shorter than the minute
 * after which gateways usually drop one, so that it is us who closes first.
 */
const KEEP_ALIVE_MS = 30_000;

export interface UpstreamLimits {
  /** Longest wait for a connection, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Longest wait for response headers, in milliseconds. */
  readonly firstByteTimeoutMs: number;
  /** Longest silence between two pieces of a response, in milliseconds. */
  readonly idleTimeoutMs: number;
}

/** The proxies of the usual variables; '' where one is not set. */
export interface ProxySettings {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  /** Hosts that are reached directly, comma separated. */
  readonly noProxy: string;
}

/** Whoever makes it closes it. */
export function createAgent(limits: UpstreamLimits, proxies: ProxySettings): Dispatcher {
  const options = {
    connect: { timeout: limits.connectTimeoutMs },
    headersTimeout: limits.firstByteTimeoutMs,
    bodyTimeout: limits.idleTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Answers are read to their end, so a connection never carries more than one.
    pipelining: 1,
  };
  const { httpProxy, httpsProxy } = proxies;
  if (httpProxy === '' && httpsProxy === '') return new Agent(options);
  const { noProxy } = proxies;
  // Without TLS a proxy is asked to fetch, as other programs do: many tunnel to port 443 only.
  return new EnvHttpProxyAgent({
    ...options,
    httpProxy,
    httpsProxy,
    noProxy,
    proxyTunnel: false,
  });
}
