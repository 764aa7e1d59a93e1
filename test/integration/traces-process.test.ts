// Tracing in a process of its own: what is loaded when, whose SDK it is, and how the process ends.

import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { command } from '../support/command.ts';
import { freePort } from '../support/free-port.ts';
import { call } from '../support/http-call.ts';
import { startCollector } from '../support/otlp-collector.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

type Variables = Readonly<Record<string, string>>;

/** Serves, is asked for its status once, and gets SIGTERM; what it logged, and how long the end took. */
async function serving(t: Test, env: Variables, dotenv: Variables = {}) {
  const lines = Object.entries(dotenv).map(([name, value]) => `${name}=${value}\n`);
  const base = { PORT: '0', NO_REGISTER: 'true', ZHIPUAI_API_KEY: 'id.secret' };
  // Nothing answers there, and nothing is asked of it.
  const glm = { ZHIPUAI_BASE_URL: 'http://127.0.0.1:9' };
  const worker = command(t, ['serve'], { ...base, ...glm, ...env }, { '.env': lines.join('') });
  const [, url = ''] = await worker.stderr(/"url":"([^"]+)"/);
  const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };
  await call(t, `${url}/worker_get_status`, { headers });
  const told = performance.now();
  worker.kill('SIGTERM');
  const { code, stderr, stdout } = await worker.ended;
  return { code, stderr, stdout, ms: performance.now() - told };
}

/** What of OpenTelemetry, and of what needs it, a process has loaded. */
function loadedFrom(folder: string): string[] {
  const urls = readdirSync(folder).flatMap((name) =>
    JSON.parse(readFileSync(join(folder, name), 'utf8')).result.map(
      ({ url }: { url: string }) => url,
    ),
  );
  const packages = urls.flatMap((url) => /@opentelemetry\/(?:api|sdk-node)(?=\/)/.exec(url) ?? []);
  const ours = urls.flatMap((url) => /tracing\/[\w-]+(?=\.js$)/.exec(url) ?? []);
  return [...new Set([...packages, ...ours])].toSorted();
}

/** A folder for what the process has loaded. */
function watched(t: Test) {
  const folder = `${t.testdir()}-loaded`;
  mkdirSync(folder, { recursive: true });
  return { folder, env: { NODE_V8_COVERAGE: folder } };
}

t.test('with everything off, metrics too, nothing of it is loaded', async (t) => {
  const { folder, env } = watched(t);
  t.equal((await serving(t, { ...env, METRICS: 'off', OTEL_SERVICE_NAME: 'x' })).code, 0);
  t.strictSame(loadedFrom(folder), ['tracing/asked', 'tracing/start-tracing', 'tracing/tracing']);
});

t.test('variables in .env count, and what is left is handed over at the end', async (t) => {
  const collector = await startCollector(t);
  const { folder, env } = watched(t);
  const { code, stdout } = await serving(t, env, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  });
  t.strictSame([code, stdout], [0, '']);
  t.match(await collector.tree(TRACE, 1), [{ name: 'POST /worker_get_status' }]);
  t.match(loadedFrom(folder), ['@opentelemetry/api', '@opentelemetry/sdk-node']);
});

t.test('an SDK that was loaded by --import is the one that counts', async (t) => {
  const collector = await startCollector(t);
  const { code, stderr } = await serving(t, {
    NODE_OPTIONS: `--import=${new URL('../support/foreign-sdk.mjs', import.meta.url)}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '60000',
  });
  t.equal(code, 0);
  t.notMatch(stderr, 'traces are on');
  t.match(await collector.tree(TRACE, 1), [{ name: 'POST /worker_get_status' }]);
  t.equal(collector.resource['service.name'], 'mine');
});

/** Takes connections and says nothing. */
async function silentServer(t: Test): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return Object(server.address()).port;
}

const COLLECTORS = [
  ['is down', freePort],
  ['never answers', silentServer],
] as const;

for (const [what, portOf] of COLLECTORS) {
  t.test(`SIGTERM while the collector ${what} ends the process in time`, async (t) => {
    const { code, stderr, ms } = await serving(t, {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await portOf(t)}`,
    });
    t.equal(code, 0);
    t.match(stderr, /"msg":"stopped"/);
    // By itself the SDK takes 8 s or 10 s.
    t.ok(ms > 1500 && ms < 6000, `${Math.round(ms)} ms`);
  });
}
