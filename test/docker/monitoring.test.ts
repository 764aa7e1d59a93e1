// The monitoring overlay: what its files name exists, in the worker, in each other and in the failure
// table.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { errorOfCall } from '../../src/controller/controller-error.ts';
import type { FailureKind } from '../../src/failure/kinds.ts';
import { failureKinds, failureRow } from '../../src/failure/table.ts';
import { glmCodes } from '../../src/glm/errors.ts';
import { exampleMetrics } from '../support/example-metrics.ts';
import {
  alertRules,
  dashboardPanels,
  metricNamesIn,
  monitoringFolder,
} from '../support/monitoring-files.ts';
import { readProject } from './support/compose-file.ts';
import { portOf } from './support/local-services.ts';

const docker = join(monitoringFolder, '..');
const project = readProject(join(docker, 'compose.yml'), join(docker, 'compose.monitoring.yml'));
const rules = alertRules();
const panels = dashboardPanels();

const service = (name: string) => project.services.get(name) ?? {};
const yaml = (path: string) => parse(readFileSync(join(monitoringFolder, path), 'utf8'));

/** Metrics that a scrape of the worker has, and Prometheus' own. */
const scraped = new Set([...exampleMetrics().series, 'up']);

t.test('every expression asks for metrics that there are', async (t) => {
  for (const { name, expr } of [...rules, ...panels]) {
    const unknown = metricNamesIn(expr).filter((metric) => !scraped.has(metric));
    t.strictSame(unknown, [], `${name}: ${expr}`);
    t.not(metricNamesIn(expr).length, 0, expr);
  }
});

t.test('every metric of the worker has a place on the dashboard', async (t) => {
  const shown = new Set(panels.flatMap(({ expr }) => metricNamesIn(expr)));
  const missing = exampleMetrics()
    .metrics.map(({ name }) => name)
    .filter((name) => name.startsWith('glm_worker_'))
    .filter((name) => !shown.has(name) && !shown.has(`${name}_bucket`));
  t.strictSame(missing, []);
});

t.test('there is an alert for each thing that goes wrong, and each says how soon', async (t) => {
  t.strictSame(
    rules.map(({ name, severity }) => [name, severity]),
    [
      ['GlmWorkerDown', 'page'],
      ['GlmWorkerNotRegistered', 'page'],
      ['GlmWorkerHeartBeatStale', 'ticket'],
      ['GlmWorkerAccountProblem', 'page'],
      ['GlmWorkerErrorRatio', 'page'],
      ['GlmWorkerSaturated', 'ticket'],
      ['GlmWorkerRateLimited', 'ticket'],
      ['GlmWorkerLimitCollapsed', 'ticket'],
      ['GlmWorkerSlowFirstText', 'ticket'],
      ['GlmWorkerEventLoopBlocked', 'ticket'],
      ['GlmWorkerReloadFailed', 'ticket'],
    ],
  );
});

t.test('the pages about metrics name the alerts, and how soon each is', async (t) => {
  for (const page of ['metrics.md', 'metrics.zh.md']) {
    const text = readFileSync(join(docker, '..', 'docs', page), 'utf8');
    const rows = text.matchAll(/^\| `(GlmWorker\w+)` \| `(\w+)`/gm);
    t.strictSame(
      [...rows].map(([, name, severity]) => [name, severity]),
      rules.map(({ name, severity }) => [name, severity]),
    );
  }
});

t.test('runbooks have the remedies of the failures that they are about', async (t) => {
  const controller = errorOfCall('', new Error('refused')).remedy;
  const of = (...kinds: FailureKind[]) => kinds.map((kind) => failureRow(kind).remedy);
  const remedies: Readonly<Record<string, readonly string[]>> = {
    GlmWorkerNotRegistered: [controller],
    GlmWorkerHeartBeatStale: [controller],
    GlmWorkerAccountProblem: of('key_invalid', 'no_permission', 'quota_exhausted'),
    GlmWorkerErrorRatio: of('upstream_unreachable', 'upstream_error'),
    GlmWorkerSaturated: of('queue_timeout'),
    GlmWorkerRateLimited: of('rate_limited', 'overloaded'),
    GlmWorkerLimitCollapsed: of('rate_limited'),
    GlmWorkerSlowFirstText: of('overloaded'),
  };
  for (const { name, runbook } of rules) {
    t.match(runbook, /\S/, name);
    for (const remedy of remedies[name] ?? []) t.ok(runbook.includes(remedy), `${name}: ${remedy}`);
  }
});

t.test('what only a caller can mend is no error of the worker', async (t) => {
  const { expr = '' } = rules.find(({ name }) => name === 'GlmWorkerErrorRatio') ?? {};
  const [, left = ''] = /outcome!~"([^"]+)"/.exec(expr) ?? [];
  const ofCaller = failureKinds.filter((kind) => failureRow(kind).fault === 'caller');
  t.strictSame(left.split('|'), ['done', 'left', ...ofCaller]);
});

t.test('refusals for load are those that are asked again as such', async (t) => {
  const { expr = '' } = rules.find(({ name }) => name === 'GlmWorkerRateLimited') ?? {};
  const [, codes = ''] = /code=~"([^"]+)"/.exec(expr) ?? [];
  const ofLoad = [...glmCodes].filter(([, kind]) => failureRow(kind).retry.includes('load'));
  t.strictSame(
    codes.split('|'),
    ofLoad.map(([code]) => code),
  );
});

t.test('Prometheus asks the worker where it listens, and reads the rules', async (t) => {
  const config = yaml('prometheus/prometheus.yml');
  const [{ job_name, dns_sd_configs }] = config.scrape_configs;
  t.match(dns_sd_configs, [{ names: ['worker'], port: portOf(service('worker')) }]);
  t.equal(service('worker').environment?.['METRICS'], 'on');
  t.strictSame(config.rule_files, ['glm-worker.rules.yml']);
  const jobs = [...rules, ...panels].flatMap(({ expr }) => [...expr.matchAll(/job="([^"]+)"/g)]);
  t.strictSame([...new Set(jobs.map(([, job]) => job))], [job_name]);
});

t.test('Grafana asks Prometheus, and finds the dashboard', async (t) => {
  const { datasources } = yaml('grafana/provisioning/datasources/prometheus.yml');
  t.match(datasources, [
    { uid: 'prometheus', url: `http://prometheus:${portOf(service('prometheus'))}` },
  ]);
  t.strictSame(
    panels.filter(({ datasource }) => datasource !== 'prometheus'),
    [],
  );
  const { volumes = [], environment = {} } = service('grafana');
  const [{ options }] = yaml('grafana/provisioning/dashboards/glm-worker.yml').providers;
  const [mount = ''] = volumes.filter((volume) => volume.includes(options.path));
  const [from = '', to = ''] = mount.split(':');
  const home = environment['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'] ?? '';
  t.ok(existsSync(home.replace(to, join(docker, from))), home);
});

t.test('what is mounted is there, and what keeps data is declared', async (t) => {
  const mounts = ['prometheus', 'grafana'].flatMap((name) => service(name).volumes ?? []);
  for (const [from = ''] of mounts.map((mount) => mount.split(':'))) {
    t.ok(from.startsWith('.') ? existsSync(join(docker, from)) : project.volumes.has(from), from);
  }
});

t.test('no two panels lie on each other', async (t) => {
  const taken = new Map<string, string>();
  for (const { name, cells } of panels) {
    for (const cell of cells) {
      const other = taken.get(cell) ?? name;
      t.equal(other, name, cell);
      taken.set(cell, name);
    }
  }
});
