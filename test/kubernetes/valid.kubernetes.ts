// What kustomize makes of the manifests is valid: by Kubernetes' own schemas, strictly, and by the
// definitions of the custom resources. `npm run test:kubernetes` runs it.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import {
  build,
  COMPONENTS,
  isCustom,
  OVERLAYS,
  type Resource,
  resourcesOf,
  tool,
} from './support/manifests.ts';

/** The oldest and the newest Kubernetes that the manifests are for; docs/kubernetes.md names them. */
const VERSIONS = ['1.32.0', '1.37.0'];

const prometheusOperator = join(
  tool('TEST_PROMETHEUS_OPERATOR'),
  'example/prometheus-operator-crd/monitoring.coreos.com_',
);

/** Where each custom resource is defined. */
const definitions: Readonly<Record<string, string>> = {
  ScaledObject: join(tool('TEST_KEDA'), 'config/crd/bases/keda.sh_scaledobjects.yaml'),
  PodMonitor: `${prometheusOperator}podmonitors.yaml`,
  PrometheusRule: `${prometheusOperator}prometheusrules.yaml`,
};

t.setTimeout(240_000);

const builds = [
  build({ components: [] }),
  ...OVERLAYS.map((overlay) => build({ overlay })),
  ...COMPONENTS.map((name) => build({ components: [name] })),
  build({ components: COMPONENTS }),
];

function python(args: readonly string[], input: string) {
  const { status, stdout, stderr } = spawnSync(tool('TEST_KUBERNETES_PYTHON'), args, {
    input,
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
}

/** What `kubernetes-validate --strict` says; `said` is empty when all is well. */
function validate(version: string, resources: readonly Resource[]) {
  const args = ['-m', 'kubernetes_validate', '--strict', '--quiet', '-k', version, '-'];
  return python(args, resources.map((one) => JSON.stringify(one)).join('\n---\n'));
}

function validateCustom(resources: readonly Resource[]) {
  const script = join(import.meta.dirname, 'custom_resources.py');
  return python([script, ...Object.values(definitions)], JSON.stringify(resources));
}

/** Every resource that some build has, those that several have alike once. */
const distinct = [...new Set(builds.flatMap(resourcesOf).map((one) => JSON.stringify(one)))].map(
  (text): Resource => JSON.parse(text),
);
const builtin = distinct.filter((resource) => !isCustom(resource));
const custom = distinct.filter(isCustom);

for (const version of VERSIONS) {
  t.test(`Kubernetes ${version} takes the base and every component`, async (t) => {
    t.comment(`${builtin.length} resources`);
    t.strictSame(validate(version, builtin), { status: 0, said: '' });
  });

  t.test(`Kubernetes ${version} would refuse a field that it does not know`, async (t) => {
    const wrong = builtin
      .filter(({ kind }) => kind === 'Deployment')
      .map((resource) => ({ ...resource, spec: { ...resource.spec, replica: 3 } }));
    const { status, said } = validate(version, wrong);
    t.not(status, 0);
    t.match(said, /'replica' was unexpected/);
  });
}

t.test('operators take the custom resources, and would refuse an unknown field', async (t) => {
  t.strictSame(
    [...new Set(custom.map(({ kind }) => kind))].toSorted(),
    Object.keys(definitions).toSorted(),
  );
  t.strictSame(validateCustom(custom), { status: 0, said: '' });
  for (const resource of custom) {
    const { status, said } = validateCustom([{ ...resource, spec: { ...resource.spec, foo: 1 } }]);
    t.equal(status, 1, resource.kind);
    t.match(said, /'foo' was unexpected/);
  }
});
