// Proves the workflows: actionlint and zizmor find nothing, and the steps that need neither a secret nor
// a network do what they say, taken from the files.
//
//   npm run test:workflows
//
// Needed: Go 1.24 or newer and its module proxy, Python 3.11 to 3.13 with venv and PyPI, both for the
// first run alone. What they install is under .kubernetes/. The last line counts the tests; what cannot
// be installed counts as failed.

import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonEnvironment } from '../conformance/environment.mjs';
import { goProgram } from '../support/go-modules.mjs';
import { runFiles } from '../support/run-files.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const home = join(dirname(dirname(here)), '.kubernetes');
const python = process.env.PYTHON || 'python3';

const say = (line) => process.stdout.write(`${line}\n`);

const actionlint = { program: 'github.com/rhysd/actionlint/cmd/actionlint', version: 'v1.7.12' };

const tools = async () => {
  mkdirSync(home, { recursive: true });
  const environment = await pythonEnvironment({
    python,
    home,
    say,
    name: 'workflows',
    suite: here,
  });
  return {
    TEST_ACTIONLINT: goProgram({ ...actionlint, home, say }),
    TEST_ZIZMOR: join(dirname(environment), 'zizmor'),
  };
};

let counts = { passed: 0, failed: 1 };
try {
  counts = await runFiles({
    files: ['test/workflows/steps.workflow.ts'],
    env: await tools(),
    seconds: 120,
    behaviours: true,
    say,
  });
} catch (error) {
  say(error.message);
}
say(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
