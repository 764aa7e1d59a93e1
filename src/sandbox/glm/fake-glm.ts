// A GLM API on loopback that plays scenarios: the upstream of the demo, the tests and the benchmarks.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HttpListener, listenHttp } from '../http-listener.ts';
import type { GlmCall, Ledger } from './call-log.ts';
import { serveControl } from './control-routes.ts';
import { Exchange } from './exchange.ts';
import { CODING_BASE, type Endpoint, serveGlm } from './handler.ts';
import type { Scenario } from './scenario.ts';
import { type FakeGlmOptions, GlmState } from './state.ts';
import type { WeatherScript } from './weather.ts';

export type { CallAuth, GlmCall, Ledger, Outcome } from './call-log.ts';
export type { Scenario } from './scenario.ts';
export { type FakeGlmOptions, SANDBOX_KEY } from './state.ts';
export type { WeatherScript } from './weather.ts';

/** A running fake GLM. */
export interface FakeGlm {
  /** Base URL ending in `/api/paas/v4`, without trailing slash. */
  readonly url: string;
  /** The same for the coding plan's base, `/api/coding/paas/v4`. */
  readonly codingUrl: string;
  /** `http://host:port`; the control endpoints are under `/sandbox`. */
  readonly origin: string;
  /** The latest requests, oldest first; live. */
  readonly calls: readonly GlmCall[];
  readonly ledger: Ledger;
  /** Requests being served now, and the most at once. */
  readonly inFlight: number;
  readonly peakInFlight: number;
  /** TCP connections accepted so far. */
  readonly connections: number;
  /**
   * Queues scenarios; each is used up by one request to any endpoint that passed every check.
   * @throws ScenarioError
   */
  script(...scenarios: readonly Scenario[]): void;
  /** Answers requests that no script takes. @throws ScenarioError */
  setDefault(scenario: Scenario): void;
  /** Chat requests at once per key and model; null for no limit. */
  setAccountLimit(limit: number | null): void;
  /** Refusals by chance or by rule from now on; null ends them. @throws ScenarioError */
  setWeather(weather: WeatherScript | null): void;
  /** How many milliseconds GLM's own clock is ahead. */
  setClockSkew(milliseconds: number): void;
  /** Lets through what waits at a scenario's hold, and whatever comes to it until the reset. */
  release(hold: string): void;
  /** Resolves when an answer waits at the hold. */
  waitForHold(hold: string): Promise<void>;
  /** Back to the options: empty script, no calls, sums at zero. */
  reset(): void;
  /** Resolves when nothing is in flight. */
  idle(): Promise<void>;
  /** Resolves with request number `n` (1 for the first) once its body is read or it has ended. */
  waitForCall(n: number): Promise<GlmCall>;
  /** Ends every socket; requests in flight count as failed. */
  close(): Promise<void>;
}

const BASE = '/api/paas/v4';
const ENDPOINTS = new Map<string, Endpoint | 'models'>(
  [BASE, CODING_BASE].flatMap((base) => [
    [`POST ${base}/chat/completions`, 'chat'],
    [`POST ${base}/embeddings`, 'embeddings'],
    [`POST ${base}/tokenizer`, 'tokenizer'],
    [`GET ${base}/models`, 'models'],
  ]),
);

function pathOf(request: IncomingMessage): string {
  return String(request.url)
    .replace(/[?#].*$/s, '')
    .replace(/\/{2,}/g, '/');
}

function notFound(exchange: Exchange): Promise<void> {
  const { path } = exchange.call;
  const body = { timestamp: new Date().toISOString(), status: 404, error: 'Not Found', path };
  return exchange.sendJson('failed', 404, JSON.stringify(body)).catch(() => undefined);
}

function serve(
  state: GlmState,
  listener: HttpListener,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = pathOf(request);
  if (path.startsWith('/sandbox/'))
    return serveControl(state, request, response, path.slice('/sandbox/'.length));
  const { method = '', headers } = request;
  const connection = listener.numberOf(request.socket);
  const call = state.log.begin({ connection, method, path, headers });
  response.setHeader('x-log-id', `sandbox-log-${call.number}`);
  const exchange = new Exchange(request, response, call, {
    holds: state.holds,
    onEnd: (outcome) => state.log.end(call, outcome),
  });
  const endpoint = ENDPOINTS.get(`${method} ${path}`);
  return endpoint === undefined ? notFound(exchange) : serveGlm(state, exchange, endpoint);
}

/**
 * Starts a fake GLM.
 * @throws Error for a malformed key, ScenarioError for a bad default scenario, or the system's
 *   error when the port is taken
 */
export async function startFakeGlm(options: FakeGlmOptions = {}): Promise<FakeGlm> {
  const state = new GlmState(options);
  const { host = '127.0.0.1', port = 0 } = options;
  const listener: HttpListener = await listenHttp(
    (request, response) => void serve(state, listener, request, response),
    { host, port },
  );
  const { log } = state;
  return {
    url: `${listener.origin}${BASE}`,
    codingUrl: `${listener.origin}${CODING_BASE}`,
    origin: listener.origin,
    get calls() {
      return log.calls;
    },
    get ledger() {
      return log.ledger;
    },
    get inFlight() {
      return log.inFlight;
    },
    get peakInFlight() {
      return log.peakInFlight;
    },
    get connections() {
      return listener.connections;
    },
    script: (...scenarios) => state.script(scenarios),
    setDefault: (scenario) => state.setDefault(scenario),
    setAccountLimit: (limit) => state.setLimit(limit),
    setWeather: (weather) => state.setWeather(weather),
    setClockSkew: (milliseconds) => state.setClockSkew(milliseconds),
    release: (hold) => state.holds.release(hold),
    waitForHold: (hold) => state.holds.arrival(hold),
    reset: () => state.reset(),
    idle: () => log.idle(),
    waitForCall: (n) => log.waitFor(n),
    close() {
      log.failAll();
      return listener.close();
    },
  };
}
