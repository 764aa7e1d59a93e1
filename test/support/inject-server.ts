// The HTTP server with all its routes, asked without a socket; no model of its worker is ever asked.

import type { Test } from 'tap';
import { PromptFormat } from '../../src/fastchat/prompt/prompt-format.ts';
import { KnownSecrets } from '../../src/http/credentials.ts';
import type { MetricsPage } from '../../src/http/operate/metrics.ts';
import { createServer, type Features } from '../../src/http/server.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { Redactor } from '../../src/telemetry/redactor.ts';
import type { StatusSnapshot } from '../../src/telemetry/status/snapshot.ts';
import { StatusFeed } from '../../src/telemetry/status/status-feed.ts';
import { noTracing, type Tracing } from '../../src/telemetry/tracing/tracing.ts';
import { type ServedModel, ServedModels } from '../../src/worker/served-models.ts';
import { Worker } from '../../src/worker/worker.ts';
import { createLogSink } from './log-sink.ts';
import { CALM } from './status-parts.ts';
import { partsOf, served } from './worker-parts.ts';

export interface InjectOptions {
  readonly models?: readonly ServedModel[];
  readonly readiness?: () => string | null;
  readonly worker?: Worker;
  readonly metrics?: MetricsPage;
  /** What the status page shows. */
  readonly makeStatus?: () => StatusSnapshot;
  /** None unless said otherwise. */
  readonly features?: Partial<Features>;
  readonly tracing?: Tracing;
}

/** What to ask; without a body it is a GET. */
export interface Asking {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const NO_FEATURES: Features = {
  ...{ openaiApi: false, metrics: false },
  ...{ statusPage: false, docs: false },
};

/**
 * A server of these models, by default of `zhipu-api`, or of a worker of the test's own; `readiness`
 * says why it is not ready.
 */
export function injectServer(
  t: Test,
  {
    models = [served('zhipu-api')],
    readiness = (): string | null => null,
    tracing = noTracing,
    ...own
  }: InjectOptions = {},
) {
  const logs = createLogSink();
  const logger = createLogger({ level: 'info', redactor: new Redactor() }, logs);
  const parts = partsOf();
  const worker = own.worker ?? new Worker(parts, new ServedModels(models));
  const metrics = own.metrics ?? null;
  const status = new StatusFeed(own.makeStatus ?? (() => CALM), parts.clock);
  const server = createServer(
    {
      ...{ host: '127.0.0.1', advertisedHost: '', allowedHosts: [], pathPrefix: '/glm' },
      ...{ allowedOrigins: [], credentials: null, callerKeys: new KnownSecrets([]), tls: null },
      ...{ bodyLimit: 1024 * 1024, writeTimeoutMs: 1000, keepAliveMs: 0 },
      written: { frames: 0, bytes: 0 },
      features: { ...NO_FEATURES, ...own.features },
      version: '1.2.3',
      ...{ format: new PromptFormat('zhipu', ''), showReasoning: false, errors: 'frame' },
    },
    { worker, readiness, logger, metrics, status, tracing },
  );
  // The socket that `inject` stands in for has no clock.
  server.addHook('onRequest', async (_request, { raw: { socket } }) => {
    if (socket !== null) socket.setTimeout = () => socket;
  });
  t.teardown(() => server.close());
  const ask = async (path: string, { method = 'POST', headers = {}, body }: Asking = {}) => {
    const payload = body === undefined ? {} : { payload: body };
    const reply = await server.inject({ method, url: path, headers, ...payload });
    return { status: reply.statusCode, headers: reply.headers, body: Object(reply.json()) };
  };
  return { ask, logs, parts, server, status };
}
