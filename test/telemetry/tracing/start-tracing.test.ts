// What starts tracing and what comes of it when something is wrong: a warning, and an end in time.

import { readFileSync } from 'node:fs';
import * as api from '@opentelemetry/api';
import t, { type Test } from 'tap';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { Redactor } from '../../../src/telemetry/redactor.ts';
import type { LoadSdk } from '../../../src/telemetry/tracing/own-sdk.ts';
import { startTracing } from '../../../src/telemetry/tracing/start-tracing.ts';
import { noTracing } from '../../../src/telemetry/tracing/tracing.ts';
import { createLogSink } from '../../support/log-sink.ts';
import { startCollector } from '../../support/otlp-collector.ts';

const CALL = { requestId: 'r', method: 'POST', route: '/r', headers: {} } as const;

function starting(t: Test, variables: Readonly<Record<string, string>>, load?: LoadSdk) {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  // The timers of the SDK keep no process alive.
  const alive = setInterval(() => undefined, 1000);
  t.teardown(() => {
    clearInterval(alive);
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    api.trace.disable();
    api.propagation.disable();
    api.context.disable();
    api.diag.disable();
  });
  const logs = createLogSink();
  const logger = createLogger({ level: 'info', redactor: new Redactor() }, logs);
  const options = { variables, version: '1.2.3', logger, clean: (text: string) => text };
  return { logs, tracing: startTracing(options, load) };
}

const ASKED = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };

t.test('where nothing asks, nothing is loaded and nothing is said', async (t) => {
  const load = () => t.fail('loaded') as never;
  const { logs, tracing } = starting(t, {}, load);
  t.equal(await tracing, noTracing);
  t.strictSame(logs.lines, []);
});

t.test('an SDK that is not installed is one warning, with the command', async (t) => {
  const load = () =>
    Promise.reject(Object.assign(new Error('x'), { code: 'ERR_MODULE_NOT_FOUND' }));
  const { logs, tracing } = starting(t, ASKED, load);
  t.equal(await tracing, noTracing);
  const manifest = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  );
  const version = manifest.devDependencies['@opentelemetry/sdk-node'];
  t.equal(manifest.peerDependencies['@opentelemetry/sdk-node'], `~${version}`);
  t.strictSame(
    logs.lines.map((line) => ({ ...line, time: '' })),
    [
      {
        level: 'warn',
        time: '',
        asking: 'OTEL_EXPORTER_OTLP_ENDPOINT',
        remedy: `npm install @opentelemetry/sdk-node@${version}`,
        msg: 'no traces: the SDK of OpenTelemetry is not installed',
      },
    ],
  );
});

t.test('an SDK that cannot be started is one warning', async (t) => {
  const load = () => Promise.reject(new RangeError('a bad value'));
  const { logs, tracing } = starting(t, ASKED, load);
  t.equal(await tracing, noTracing);
  t.match(logs.lines, [
    {
      level: 'warn',
      err: { message: 'a bad value' },
      remedy: 'look at the variables that begin with OTEL_',
      msg: 'no traces: it cannot be started',
    },
  ]);
  t.equal(logs.lines.length, 1);
});

t.test('the SDK does what its variables say, and no more', async (t) => {
  const collector = await startCollector(t);
  const { logs, tracing } = starting(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_SERVICE_NAME: 'mine',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    OTEL_NODE_RESOURCE_DETECTORS: 'env',
    OTEL_LOG_LEVEL: 'all',
  });
  const call = (await tracing).begin(CALL);
  call.closed(500);
  t.equal(await (await tracing).stop(), true);
  t.strictSame(collector.resource, {
    'service.name': 'mine',
    'service.version': '1.2.3',
    'deployment.environment.name': 'test',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.name': 'opentelemetry',
    'telemetry.sdk.version': collector.resource['telemetry.sdk.version'],
  });
  t.match(await collector.tree(String(call.traceId), 1), [
    { name: 'POST /r', isError: true, attributes: { 'error.type': '500' } },
  ]);
  t.strictSame(
    logs.lines.map(({ msg }) => msg),
    ['traces are on'],
  );
});

t.test('what the SDK complains about is in the log, a few lines a minute', async (t) => {
  const { logs, tracing } = starting(t, { ...ASKED, OTEL_TRACES_EXPORTER: 'pigeon,otlp' });
  await tracing;
  for (let time = 0; time < 50; time++) api.diag.warn('it is full');
  api.diag.info('not worth a line');
  t.match(logs.withMessage('OpenTelemetry warns')[0], { level: 'warn', why: /pigeon/ });
  t.equal(logs.withMessage('OpenTelemetry warns').length, 5);
});

t.test('a collector that is down is told of, and holds nobody up for long', async (t) => {
  const collector = await startCollector(t);
  await collector.close();
  const { logs, tracing } = starting(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_TIMEOUT: '500',
    OTEL_BSP_SCHEDULE_DELAY: '1',
  });
  const started = await tracing;
  started.begin(CALL).closed(200);
  t.match(await logs.waitFor('traces could not be handed over'), {
    level: 'warn',
    err: { code: 'ECONNREFUSED' },
  });
  t.equal(await started.stop(), true);
});

t.test('an end that takes too long is not waited for', async (t) => {
  const never: LoadSdk = async () => {
    const sdk = await import('@opentelemetry/sdk-node');
    class Stuck extends sdk.NodeSDK {
      override shutdown(): Promise<void> {
        return new Promise(() => undefined);
      }
    }
    return { ...sdk, NodeSDK: Stuck };
  };
  const { tracing } = starting(t, ASKED, never);
  const started = await tracing;
  const began = performance.now();
  t.equal(await started.stop(), false);
  t.ok(performance.now() - began < 4000);
});

/** An SDK of somebody else's, as far as the API knows it. */
function foreignSdk(more: object = {}) {
  const names: string[] = [];
  const startSpan = (name: string) => {
    names.push(name);
    return api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT);
  };
  api.trace.setGlobalTracerProvider({
    // Only this of a tracer is used.
    getTracer: () => ({ startSpan }) as unknown as api.Tracer,
    ...more,
  });
  return names;
}

t.test('an SDK that was started before is used, and told to hand over at the end', async (t) => {
  let flushed = 0;
  const names = foreignSdk({ forceFlush: async () => flushed++ });
  const load = () => t.fail('loaded') as never;
  const { logs, tracing } = starting(t, ASKED, load);
  const started = await tracing;
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const call = started.begin({ ...CALL, headers: { traceparent } });
  t.equal(call.traceId, '4bf92f3577b34da6a3ce929d0e0e4736', 'its spans have none');
  t.strictSame(names, ['POST /r']);
  t.equal(await started.stop(), true);
  t.equal(flushed, 1);
  t.strictSame(logs.lines, []);
});

t.test('one that cannot be told ends all the same', async (t) => {
  foreignSdk();
  const { tracing } = starting(t, {});
  t.equal(await (await tracing).stop(), true);
});

t.test('a span that is there already is the parent, whatever the caller names', async (t) => {
  const parents: unknown[] = [];
  foreignSdk({
    getTracer: () => ({
      startSpan(_name: string, _options: unknown, parent: api.Context) {
        parents.push(api.trace.getSpan(parent));
        return api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT);
      },
    }),
  });
  const { tracing } = starting(t, {});
  const started = await tracing;
  const around = api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT);
  const active = api.trace.setSpan(api.ROOT_CONTEXT, around);
  api.context.setGlobalContextManager({
    active: () => active,
    with: (_context, action, self, ...args) => action.call(self as never, ...args),
    bind: (_context, target) => target,
    enable() {
      return this;
    },
    disable() {
      return this;
    },
  });
  started.begin(CALL);
  t.strictSame(parents, [around]);
});
