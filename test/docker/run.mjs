// Proves what is shipped: the image's steps, the npm package, the compose files with real FastChat.
//
//   npm run test:image
//
// Needed: the npm registry, Python 3.11 to 3.13 with venv, PyPI for the first run. Takes about two
// minutes. The virtual environments are under .fastchat/ and shared with `npm run test:fastchat`.
// The last line counts the tests; what cannot be installed counts as failed.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonEnvironment } from '../conformance/environment.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const project = dirname(dirname(here));
const home = join(project, '.fastchat');
const python = process.env.PYTHON || 'python3';

const say = (line) => process.stdout.write(`${line}\n`);

/** Runs a program of node_modules; throws when it does not end well. */
const run = (name, args, env = {}) => {
  const bin = join(project, 'node_modules', '.bin', name);
  const { status } = spawnSync(bin, args, {
    cwd: project,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return status === 0;
};

/** The paths of the two Pythons, for the tests. */
const pythons = async () => {
  const common = { python, home, say };
  const conformance = join(project, 'test', 'conformance');
  mkdirSync(home, { recursive: true });
  return {
    TEST_FASTCHAT_PYTHON: await pythonEnvironment({
      ...common,
      name: 'fastchat',
      suite: conformance,
    }),
    TEST_COMPOSE_PYTHON: await pythonEnvironment({ ...common, name: 'compose', suite: here }),
  };
};

/** Behaviours stand one level below the files, each with a line of its own. */
const countsOf = (report) => {
  const lines = readFileSync(report, 'utf8').split('\n');
  return {
    passed: lines.filter((line) => /^ {4}ok /.test(line)).length,
    failed: lines.filter((line) => /^ {4}not ok /.test(line)).length,
  };
};

const folder = mkdtempSync(join(tmpdir(), 'glm-worker-image-'));
let counts = { passed: 0, failed: 1 };
try {
  if (!run('tsc', ['-p', 'tsconfig.json'])) throw new Error('dist cannot be built');
  const report = join(folder, 'report.tap');
  const files = ['docker/image', 'docker/compose', 'package/install'];
  const ok = run(
    'tap',
    [
      '--disable-coverage',
      '--jobs=1',
      '--timeout=600',
      '--reporter=terse',
      `--output-file=${report}`,
      ...files.map((file) => `test/${file}.image.ts`),
    ],
    await pythons(),
  );
  counts = countsOf(report);
  if (!ok && counts.failed === 0) counts.failed = 1;
} catch (error) {
  say(error.message);
}
rmSync(folder, { recursive: true });
// The reporter may have ended within a line.
say(`\n${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
