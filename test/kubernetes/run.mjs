// Proves the manifests: built by kustomize, valid for each Kubernetes they are for, and in line with
// the worker they start.
//
//   npm run test:kubernetes
//
// Needed: Go 1.24 or newer and its module proxy, Python 3.11 to 3.13 with venv and PyPI, both for the
// first run alone. What they install is under .kubernetes/. The last line counts the tests; what cannot
// be installed counts as failed.

import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonEnvironment } from '../conformance/environment.mjs';
import { goModule, goProgram } from '../support/go-modules.mjs';
import { runFiles } from '../support/run-files.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const home = join(dirname(dirname(here)), '.kubernetes');

const say = (line) => process.stdout.write(`${line}\n`);

const kustomize = { program: 'sigs.k8s.io/kustomize/kustomize/v5', version: 'v5.8.2' };

/** Whose custom resources the components have; the definitions are files of these modules. */
const operators = {
  TEST_PROMETHEUS_OPERATOR: {
    module: 'github.com/prometheus-operator/prometheus-operator',
    version: 'v0.85.0',
  },
  TEST_KEDA: { module: 'github.com/kedacore/keda/v2', version: 'v2.21.0' },
};

const tools = async () => {
  mkdirSync(home, { recursive: true });
  const folders = Object.entries(operators).map(([name, module]) => [
    name,
    goModule({ ...module, home }),
  ]);
  const python = process.env.PYTHON || 'python3';
  return {
    ...Object.fromEntries(folders),
    TEST_KUSTOMIZE: goProgram({ ...kustomize, home, say }),
    TEST_KUBERNETES_PYTHON: await pythonEnvironment({
      python,
      home,
      say,
      name: 'kubernetes',
      suite: here,
    }),
  };
};

let counts = { passed: 0, failed: 1 };
try {
  counts = await runFiles({
    files: ['valid', 'settings'].map((name) => `test/kubernetes/${name}.kubernetes.ts`),
    env: await tools(),
    seconds: 300,
    behaviours: true,
    say,
  });
} catch (error) {
  say(error.message);
}
say(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
