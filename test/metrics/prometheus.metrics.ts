// A real Prometheus scrapes workers to which things happen: the dashboard has something to show, and
// each fault raises the alert that it should.

import t, { type Test } from 'tap';
import type { MiniController } from '../../src/sandbox/controller/mini-controller.ts';
import { call } from '../support/http-call.ts';
import { seriesOf } from '../support/metrics-text.ts';
import { dashboardPanels } from '../support/monitoring-files.ts';
import { type ModelsWorker, startWithModels } from '../support/start-with-models.ts';
import { withController } from '../support/with-controller.ts';
import { MODELS, mixedLoad } from './support/mixed-load.ts';
import { type Prometheus, startPrometheus } from './support/prometheus.ts';

/** Callers at once in a storm. */
const STORM = 20;

interface Stage {
  readonly controller: MiniController;
  readonly worker: ModelsWorker;
  readonly prometheus: Prometheus;
  /** `host:port` of the worker, as Prometheus calls it. */
  readonly instance: string;
}

/** A registered worker and a Prometheus that has scraped it. */
async function stage(
  t: Test,
  env: Readonly<Record<string, string>> = {},
  models: object = MODELS,
): Promise<Stage> {
  const controller = await withController(t);
  const worker = await startWithModels(t, models, {
    NO_REGISTER: 'false',
    CONTROLLER_ADDRESS: controller.url,
    FASTCHAT_WORKER_HEART_BEAT_INTERVAL: '1',
    LOG_LEVEL: 'info',
    ...env,
  });
  const instance = new URL(worker.app.url).host;
  const prometheus = await startPrometheus(t, [instance]);
  await prometheus.until('up == 1', (samples) => samples.length > 0);
  return { controller, worker, prometheus, instance };
}

/** Goes on with something until the test has seen enough, and ends well. */
async function during<Seen>(act: () => Promise<unknown>, see: () => Promise<Seen>): Promise<Seen> {
  const state = { over: false };
  const acting = (async () => {
    while (!state.over) await act();
  })();
  try {
    return await see();
  } finally {
    state.over = true;
    await acting;
  }
}

const alert = (name: string) => `ALERTS{alertname="${name}",alertstate="firing"}`;

/** Waits until the alert fires. */
async function fires(t: Test, { prometheus }: Stage, name: string): Promise<void> {
  const [sample] = await prometheus.until(alert(name), (samples) => samples.length > 0);
  t.match(sample, { value: 1, metric: { alertname: name, severity: /^(page|ticket)$/ } });
}

/** Asks many times at once. */
const storm = ({ worker }: Stage) =>
  Promise.all(Array.from({ length: STORM }, () => worker.chat('chat')));

t.test(
  'a healthy worker raises no alert, and each panel of the dashboard shows something',
  async (t) => {
    const on = await stage(t);
    const { worker, prometheus, instance } = on;
    await during(
      () => worker.chat('chat'),
      () =>
        prometheus.until('rate(glm_worker_requests_total[5s]) > 0', (found) => found.length > 0),
    );
    const names = async () =>
      (await prometheus.query('ALERTS')).map(({ metric }) => metric['alertname']);
    // The processor of a test belongs to others too.
    t.strictSame(
      (await names()).filter((name) => name !== 'GlmWorkerEventLoopBlocked'),
      [],
    );
    await during(
      () => mixedLoad(t, worker),
      async () => {
        for (const { name, expr } of dashboardPanels()) {
          const asked = expr
            .replaceAll('$__rate_interval', '10s')
            .replaceAll('$instance', instance);
          const samples = await prometheus.until(asked, (found) =>
            found.some(({ value }) => !Number.isNaN(value)),
          );
          t.ok(samples.length > 0, `${name}: ${asked}`);
        }
      },
    );
  },
);

t.test('a thousand invented names add one value to the label', async (t) => {
  const { worker, prometheus } = await stage(t);
  await worker.chat('chat');
  const asked = (at: number) => ({ model: `invented-${at}`, prompt: 'x', input: ['x'] });
  const paths = ['/worker_generate', '/worker_get_embeddings', '/count_token'];
  const numbers = Array.from({ length: 1000 }, (_, at) => at).values();
  // A few at a time, as each has a connection of its own.
  const asking = async () => {
    for (const at of numbers) await worker.ask(paths[at % paths.length] ?? '', asked(at));
  };
  await Promise.all(Array.from({ length: STORM }, asking));
  await prometheus.until('sum(glm_worker_requests_total)', ([sample]) => sample?.value === 668);
  const models = await prometheus.query('count by (model) (glm_worker_requests_total)');
  t.strictSame(models.map(({ metric }) => metric['model']).toSorted(), ['chat', 'other']);
  const { body } = await call(t, `${worker.app.url}/metrics`, { method: 'GET' });
  t.strictSame(
    seriesOf(body.toString(), '').filter((line) => line.includes('invented')),
    [],
  );
});

t.test('a key that GLM refuses is an account problem', async (t) => {
  const on = await stage(t, { ZHIPUAI_API_KEY: 'wrong.key-of-nobody' });
  t.match(await on.worker.chat('chat'), { error_code: 40102 });
  await fires(t, on, 'GlmWorkerAccountProblem');
});

t.test('a GLM that fails is an error ratio', async (t) => {
  const on = await stage(t, { UPSTREAM_RETRIES: '0' });
  on.worker.glm.setDefault({ kind: 'error', status: 500, code: '500' });
  await during(
    () => storm(on),
    () => fires(t, on, 'GlmWorkerErrorRatio'),
  );
});

/** One that has no fallback. */
const ALONE = { chat: { version: 'glm-4.6' } };

t.test('weather in which every other request is refused is told', async (t) => {
  const on = await stage(t, {}, ALONE);
  on.worker.glm.setWeather({ random: { chance: 0.5 } });
  await during(
    () => storm(on),
    () => fires(t, on, 'GlmWorkerRateLimited'),
  );
});

t.test('a limit that falls is told', async (t) => {
  const on = await stage(t, { LIMIT_WORKER_CONCURRENCY: '16' }, ALONE);
  on.worker.glm.setDefault({ kind: 'chat', text: 'ok', firstDelayMs: 20 });
  await storm(on);
  on.worker.glm.setAccountLimit(1);
  await during(
    () => storm(on),
    () => fires(t, on, 'GlmWorkerLimitCollapsed'),
  );
});

t.test('requests that wait all the time are a saturated worker', async (t) => {
  const on = await stage(t, { LIMIT_WORKER_CONCURRENCY: '1' });
  on.worker.glm.setDefault({ kind: 'chat', pieces: [{ hold: 'long' }, 'ok'] });
  const waiting = storm(on);
  await fires(t, on, 'GlmWorkerSaturated');
  on.worker.glm.release('long');
  await waiting;
});

t.test('chats whose first text takes long are told', async (t) => {
  const on = await stage(t);
  on.worker.glm.setDefault({ kind: 'chat', text: 'at last', firstDelayMs: 6000 });
  const slow = () => on.worker.chat('chat');
  // One after the other begins, so that there is always one that ends.
  const many = () => Promise.all([slow(), slow(), slow(), slow(), slow()]);
  await during(many, () => fires(t, on, 'GlmWorkerSlowFirstText'));
});

t.test('a controller that fails is a stale heart beat', async (t) => {
  const on = await stage(t);
  on.controller.fail('http500');
  await fires(t, on, 'GlmWorkerHeartBeatStale');
});

t.test('a controller that is not there is a worker that is not registered', async (t) => {
  const on = await stage(t, { CONTROLLER_ADDRESS: 'http://127.0.0.1:1' });
  await fires(t, on, 'GlmWorkerNotRegistered');
});

t.test('a processor that is used up is told', async (t) => {
  const on = await stage(t);
  const block = async () => {
    const until = performance.now() + 400;
    while (performance.now() < until);
    // Long enough to answer a scrape.
    await new Promise((resolve) => setTimeout(resolve, 50));
  };
  await during(block, () => fires(t, on, 'GlmWorkerEventLoopBlocked'));
});

t.test('a file of models that is not taken is told', async (t) => {
  const on = await stage(t);
  on.worker.reload('no JSON');
  await fires(t, on, 'GlmWorkerReloadFailed');
});

t.test('a worker that has gone is down', async (t) => {
  const on = await stage(t);
  await on.worker.app.stop();
  await fires(t, on, 'GlmWorkerDown');
});
