// What Prometheus' own tool says of a scrape and of the alert rules.

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { stringify } from 'yaml';
import { call } from '../support/http-call.ts';
import { alertRules, rulesFile } from '../support/monitoring-files.ts';
import { startWithModels } from '../support/start-with-models.ts';
import { withController } from '../support/with-controller.ts';
import { type AlertCase, alertCases } from './support/alert-cases.ts';
import { MODELS, mixedLoad } from './support/mixed-load.ts';
import { programOf } from './support/program-of.ts';

/** Runs promtool and gives back its exit code and what it said. */
function promtool(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(programOf('TEST_PROMTOOL'), [...args], {
    input,
    encoding: 'utf8',
  });
  return { status, said: (stdout + stderr).trim() };
}

t.test('a scrape after mixed load has nothing that promtool would change', async (t) => {
  const controller = await withController(t);
  const env = { NO_REGISTER: 'false', CONTROLLER_ADDRESS: controller.url };
  const worker = await startWithModels(t, MODELS, env);
  await worker.logs.waitFor('registered');
  await mixedLoad(t, worker);
  const { body } = await call(t, `${worker.app.url}/metrics`, { method: 'GET' });
  t.strictSame(promtool(['check', 'metrics'], body.toString()), { status: 0, said: '' });
});

t.test('promtool does object to what it should', async (t) => {
  const gauge = '# HELP x_total A gauge.\n# TYPE x_total gauge\nx_total 1\n';
  t.equal(promtool(['check', 'metrics'], gauge).status, 3);
});

t.test('promtool takes the rules', async (t) => {
  const { status, said } = promtool(['check', 'rules', rulesFile]);
  t.equal(status, 0, said);
  t.match(said, `${alertRules().length} rules found`);
});

t.test('there is a case for each alert', async (t) => {
  t.strictSame(
    alertCases.map(({ alert }) => alert),
    alertRules().map(({ name }) => name),
  );
});

/** How often the alert fires when these series are judged. */
function judged(series: AlertCase['fires'], alert: string, times: 0 | 1) {
  const expr = `count(ALERTS{alertname="${alert}",alertstate="firing"}) or vector(0)`;
  return {
    interval: '15s',
    input_series: Object.entries(series).map(([series, values]) => ({ series, values })),
    promql_expr_test: [{ expr, eval_time: '20m', exp_samples: [{ labels: '{}', value: times }] }],
  };
}

for (const { alert, fires, silent } of alertCases) {
  t.test(`${alert} fires when it should, and else does not`, async (t) => {
    const tests = [judged(fires, alert, 1), ...silent.map((series) => judged(series, alert, 0))];
    const file = join(t.testdir(), 'cases.yml');
    const head = { rule_files: [rulesFile], evaluation_interval: '15s' };
    writeFileSync(file, stringify({ ...head, tests }));
    const { status, said } = promtool(['test', 'rules', file]);
    t.equal(status, 0, said);
  });
}
