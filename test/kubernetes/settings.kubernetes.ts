// The manifests fit the program they start: variables, ports, paths, times, users, images.
// `npm run test:kubernetes` runs it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadSettings } from '../../src/config/load.ts';
import { settingList } from '../../src/config/settings.ts';
import { SANDBOX_KEY, startFakeGlm } from '../../src/sandbox/glm/fake-glm.ts';
import { root } from '../support/root.ts';
import { startWorker } from '../support/start-worker.ts';
import {
  build,
  COMPONENTS,
  type Container,
  OVERLAYS,
  type PodSpec,
  type Probe,
  type Resource,
  resourcesOf,
} from './support/manifests.ts';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const all = resourcesOf(build({ components: COMPONENTS }));
const builds = [
  all,
  ...OVERLAYS.map((overlay) => resourcesOf(build({ overlay }))),
  resourcesOf(build({ components: [] })),
];

const ofKind = (kind: string, resources: readonly Resource[] = all) =>
  resources.filter((resource) => resource.kind === kind);

const podOf = (deployment: Resource): PodSpec => deployment.spec.template.spec;

function containersOf(resources: readonly Resource[]): readonly (readonly [string, Container])[] {
  return ofKind('Deployment', resources).flatMap((deployment) =>
    podOf(deployment).containers.map((one) => [deployment.metadata.name, one] as const),
  );
}

const probesOf = ({ startupProbe, livenessProbe, readinessProbe }: Container): readonly Probe[] =>
  [startupProbe, livenessProbe, readinessProbe].filter((probe) => probe !== undefined);

function worker(resources: readonly Resource[]): { pod: PodSpec; container: Container } {
  const [found] = ofKind('Deployment', resources).filter(
    ({ metadata }) => metadata.name === 'glm-worker',
  );
  if (found === undefined) throw new Error('there is no Deployment glm-worker');
  const pod = podOf(found);
  const [container] = pod.containers;
  if (container === undefined) throw new Error('glm-worker has no container');
  return { pod, container };
}

/** What the worker's container finds in its environment. */
function environment(resources: readonly Resource[]): Record<string, string> {
  const { container } = worker(resources);
  const names = (container.envFrom ?? []).map(({ configMapRef }) => configMapRef.name);
  const maps = ofKind('ConfigMap', resources).filter(({ metadata }) =>
    names.includes(metadata.name),
  );
  if (maps.length !== names.length) throw new Error(`not in the build: ${names.join(', ')}`);
  const own = (container.env ?? []).map(({ name, value }) => [name, value] as const);
  return { ...Object.assign({}, ...maps.map(({ data }) => data)), ...Object.fromEntries(own) };
}

t.test('the variables of the worker are settings, with values that it takes', async (t) => {
  const known = settingList.flatMap(({ facts: { variable, fileVariable } }) => [
    variable,
    fileVariable,
  ]);
  for (const resources of builds) {
    const found = environment(resources);
    t.strictSame(
      Object.keys(found).filter((name) => !known.includes(name)),
      [],
    );
    const folder = t.testdir({ key: SANDBOX_KEY });
    const files = Object.keys(found).filter((name) => name.endsWith('_FILE'));
    const readable = files.map((name) => [name, join(folder, 'key')]);
    const env = { ...found, ...Object.fromEntries(readable) };
    t.match(loadSettings({ argv: [], env, dotenv: {} }), { ok: true });
  }
});

t.test('pods pass the restricted standard, and hold no token of the cluster', async (t) => {
  for (const deployment of builds.flatMap((resources) => ofKind('Deployment', resources))) {
    const { name } = deployment.metadata;
    const pod = podOf(deployment);
    t.match(
      pod,
      {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      },
      name,
    );
    for (const { securityContext, resources } of pod.containers) {
      t.strictSame(
        securityContext,
        {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        name,
      );
      t.strictSame(Object.keys(resources.limits), ['memory'], `${name}: no limit of the processor`);
    }
  }
});

t.test('a pod is killed later than its worker stops waiting for its answers', async (t) => {
  for (const resources of builds) {
    const { pod, container } = worker(resources);
    const drain = Number(environment(resources)['DRAIN_TIMEOUT']);
    const sleep = container.lifecycle?.preStop.sleep.seconds ?? 0;
    t.ok(pod.terminationGracePeriodSeconds >= drain + sleep + 10);
    for (const api of ofKind('Deployment', resources).filter(
      ({ metadata }) => metadata.name === 'fastchat-api',
    )) {
      t.ok(podOf(api).terminationGracePeriodSeconds > drain, 'so is who hands them on');
    }
  }
});

t.test('a replacement is ready before a worker leaves', async (t) => {
  const [deployment] = ofKind('Deployment', resourcesOf(build({ components: [] })));
  t.match(deployment?.spec, {
    replicas: 2,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
  });
  for (const budget of ofKind('PodDisruptionBudget')) {
    t.equal(budget.spec.unhealthyPodEvictionPolicy, 'AlwaysAllow');
  }
});

t.test('ports are those that programs listen on', async (t) => {
  for (const [name, { args = [], ports }] of containersOf(all)) {
    const flag = args.findIndex((word) => /^--(glm-)?port$/.test(word));
    const told = flag < 0 ? environment(all)['PORT'] : args[flag + 1];
    t.strictSame(ports, [{ name: 'http', containerPort: Number(told) }], name);
  }
});

t.test('Services, budgets and policies choose pods that exist, and their ports', async (t) => {
  const pods = ofKind('Deployment').map(({ spec }) => spec.template.metadata.labels);
  const matches = (labels: Readonly<Record<string, string>>) =>
    pods.some((pod) => Object.entries(labels).every(([name, value]) => pod[name] === value));
  for (const service of ofKind('Service')) {
    t.ok(matches(service.spec.selector), service.metadata.name);
    t.strictSame(
      service.spec.ports.map((port: { targetPort: string }) => port.targetPort),
      ['http'],
    );
  }
  for (const { metadata, spec } of [...ofKind('PodDisruptionBudget'), ...ofKind('PodMonitor')]) {
    t.ok(matches(spec.selector.matchLabels), metadata.name);
  }
  for (const { metadata, spec } of ofKind('NetworkPolicy')) {
    t.ok(matches(spec.podSelector.matchLabels), metadata.name);
    const peers = [...(spec.ingress ?? []), ...(spec.egress ?? [])].flatMap(
      ({ from = [], to = [] }) => [...from, ...to],
    );
    for (const { podSelector } of peers) {
      if (podSelector !== undefined) t.ok(matches(podSelector.matchLabels ?? {}), metadata.name);
    }
  }
});

t.test('addresses name a Service and its port', async (t) => {
  const ports = new Map(
    ofKind('Service').map(({ metadata, spec }) => [metadata.name, spec.ports[0].port]),
  );
  const texts = [
    ...Object.values(environment(all)),
    ...containersOf(all).flatMap(([, { args = [] }]) => args),
    ...ofKind('ScaledObject').map(({ spec }) => spec.triggers[0].metadata.url),
  ];
  const found = texts.flatMap((text) => [...text.matchAll(/\/\/([\w-]+)[\w.-]*:(\d+)/g)]);
  t.equal(found.length, 4);
  for (const [address, name, port] of found)
    t.equal(ports.get(String(name)), Number(port), address);
});

t.test('paths that are asked exist in the worker and in the sandbox', async (t) => {
  const live = await startWorker(t, { METRICS: 'on' });
  const glm = await startFakeGlm();
  t.teardown(() => glm.close());
  const bases: Readonly<Record<string, string>> = {
    'glm-worker': live.url,
    'glm-sandbox': new URL(glm.url).origin,
  };
  const asked = containersOf(all).flatMap(([name, container]) =>
    probesOf(container).map(({ httpGet }) => [name, httpGet.path] as const),
  );
  const scraped = ofKind('PodMonitor').map(
    ({ spec }) => ['glm-worker', spec.podMetricsEndpoints[0].path] as const,
  );
  for (const [name, path] of [...asked, ...scraped]) {
    const base = bases[name];
    if (base === undefined) continue;
    const { status } = await fetch(base + path);
    t.equal(status, 200, `${name} ${path}`);
  }
});

t.test('the metric that KEDA goes by is told by a fresh worker', async (t) => {
  const live = await startWorker(t, { METRICS: 'on' });
  const told = await (await fetch(`${live.url}/metrics`)).text();
  for (const { spec } of ofKind('ScaledObject')) {
    const { valueLocation } = spec.triggers[0].metadata;
    t.ok(
      told.split('\n').some((line) => line.startsWith(`${valueLocation} `)),
      valueLocation,
    );
  }
});

t.test('Grafana finds the dashboard by its label, and it is that of the repository', async (t) => {
  const found = ofKind('ConfigMap').filter(
    ({ metadata }) => metadata.labels?.['grafana_dashboard'] === '1',
  );
  const file = join(root, 'docker', 'monitoring', 'grafana', 'dashboards', 'glm-worker.json');
  t.strictSame(
    found.map(({ data }) => data),
    [{ 'glm-worker.json': readFileSync(file, 'utf8') }],
  );
});

t.test('alerts select the job by the name that the PodMonitor gives it', async (t) => {
  const [{ spec: monitor } = { spec: {} }] = ofKind('PodMonitor');
  const job = monitor.selector.matchLabels[monitor.jobLabel];
  const rules: readonly { expr: string }[] = ofKind('PrometheusRule').flatMap(({ spec }) =>
    spec.groups.flatMap((group: { rules: unknown }) => group.rules),
  );
  const jobs = rules.flatMap(({ expr }) =>
    [...expr.matchAll(/job="([^"]*)"/g)].map(([, name]) => name),
  );
  t.strictSame([...new Set(jobs)], [job]);
});

t.test('images are those of this version', async (t) => {
  const images = builds.flatMap(containersOf).map(([, { image }]) => image);
  t.strictSame(
    [...new Set(images)].toSorted(),
    ['fastchat-servers', 'glm-worker'].map((name) => `ghcr.io/glm-worker/${name}:${version}`),
  );
});

t.test('the key is mounted, and that of the sandbox is the one it takes', async (t) => {
  const [overlay = []] = [resourcesOf(build({ overlay: 'sandbox' }))];
  const [secret] = ofKind('Secret', overlay);
  const key = Buffer.from(secret?.data?.['zhipuai-api-key'] ?? '', 'base64').toString();
  t.equal(key, SANDBOX_KEY);
  const [deployment] = ofKind('Deployment', overlay).filter(
    ({ metadata }) => metadata.name === 'glm-worker',
  );
  const { volumes } = deployment?.spec.template.spec ?? {};
  t.equal(volumes[0].secret.secretName, secret?.metadata.name, 'by the name with the hash');
});
