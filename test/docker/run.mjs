// Proves what is shipped: the image's steps, the npm package, the compose files with real FastChat.
//
//   npm run test:image
//
// Needed: the npm registry, Python 3.11 to 3.13 with venv, PyPI for the first run. Takes about two
// minutes. The virtual environments are under .fastchat/ and shared with `npm run test:fastchat`.
// The last line counts the tests; what cannot be installed counts as failed.

import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fastChatEnvironment, pythonEnvironment } from '../conformance/environment.mjs';
import { runFiles } from '../support/run-files.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const project = dirname(dirname(here));
const home = join(project, '.fastchat');
const python = process.env.PYTHON || 'python3';

const say = (line) => process.stdout.write(`${line}\n`);

/** Compiles the sources, which the compose services are run from. */
const isBuilt = () => {
  const tsc = join(project, 'node_modules', '.bin', 'tsc');
  const { status } = spawnSync(tsc, ['-p', 'tsconfig.json'], { cwd: project, stdio: 'inherit' });
  return status === 0;
};

/** The paths of the two Pythons, for the tests. */
const pythons = async () => {
  return {
    TEST_FASTCHAT_PYTHON: await fastChatEnvironment({ say }),
    TEST_COMPOSE_PYTHON: await pythonEnvironment({
      ...{ name: 'compose', python, suite: here, home, say },
    }),
  };
};

let counts = { passed: 0, failed: 1 };
try {
  if (!isBuilt()) throw new Error('dist cannot be built');
  const files = ['docker/lint', 'docker/image', 'docker/compose', 'package/install'];
  counts = await runFiles({
    files: files.map((file) => `test/${file}.image.ts`),
    env: await pythons(),
    jobs: 1,
    seconds: 600,
    say,
  });
} catch (error) {
  say(error.message);
}
say(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
