// `npm test` and its parts. Each ends with the plain line `N passed, N failed`.
//
//   npm test                     form, types, nothing unused, and the tests of every part, with their
//                                coverage
//   npm run check                the same without the tests
//   npm run test:robustness      faults, attacks, chance, and the weather at GLM in virtual time
//   npm run test:unit            the tests that need no socket
//   npm run test:one FILE...     these files, a line for each behaviour; with --coverage also what of
//                                the sources that they load they leave out

import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChecks } from './support/checks.mjs';
import { coverageEnv, keepCoverage, reportCoverage, resetCoverage } from './support/coverage.mjs';
import { runFiles } from './support/run-files.mjs';
import { isUnit } from './support/unit-tests.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const say = console.log;

const MODES = {
  check: () => runChecks({ say }),
  robustness: () => runFiles({ files: testFiles().filter(isReplay), say }),
  unit: () => runFiles({ files: partTests().filter(isUnit), say }),
  one: async (args) => {
    const files = args.filter((arg) => !arg.startsWith('--'));
    const run = args.includes('--coverage') ? runCovered : runFiles;
    return run({ files: files.map((file) => relative(root, file)), behaviours: true, say });
  },
  all: async () => {
    // At a time: neither keeps all cores busy to its end.
    const checking = runChecks({ say });
    const tests = await runCovered({ files: partTests(), all: true, say });
    const checks = await checking;
    return { passed: checks.passed + tests.passed, failed: checks.failed + tests.failed };
  },
};

/** Runs test files and counts their coverage as one more behaviour. */
async function runCovered({ all = false, ...options }) {
  resetCoverage();
  const tests = await runFiles({ ...options, envOf: coverageEnv, onEnd: keepCoverage });
  const ok = await reportCoverage({ all });
  say(`${ok ? 'ok' : 'FAILED'}: coverage`);
  return { passed: tests.passed + (ok ? 1 : 0), failed: tests.failed + (ok ? 0 : 1) };
}

/** They play again what other tests have covered, and would be a third of the time. */
function isReplay(file) {
  return /^test\/(?:robustness|secrets|simulation\/(?:weather|replicas))\b/.test(file);
}

function partTests() {
  return testFiles().filter((file) => !isReplay(file));
}

function testFiles() {
  const names = readdirSync(join(root, 'test'), { recursive: true });
  return names.filter((name) => name.endsWith('.test.ts')).map((name) => join('test', name));
}

const [mode = 'all', ...args] = process.argv.slice(2);
const { passed, failed } = await MODES[mode](args);
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
