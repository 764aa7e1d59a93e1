// `npm test`: lint, types, then every test; ends with the plain line `N passed, N failed`.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTap } from './support/run-tap.mjs';
import { fillCache } from './support/strip-types-hooks.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => join(root, 'node_modules', '.bin', name);
const run = (name, args) =>
  spawnSync(bin(name), args, { cwd: root, stdio: 'inherit' }).status === 0;

let passed = 0;
let failed = 0;
const checks = [
  ['lint', () => run('biome', ['check', '.'])],
  ['types', () => run('tsc', ['-p', 'test/tsconfig.json'])],
  ['tests and coverage', runTests],
];
for (const [name, check] of checks) {
  const ok = await check();
  console.log(`${ok ? 'ok' : 'FAILED'}: ${name}`);
  if (ok) passed++;
  else failed++;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function runTests() {
  if (!process.features.typescript) await fillCache([join(root, 'src'), join(root, 'test')]);
  const tests = await runTap({ say: console.log });
  passed += tests.passed;
  failed += tests.failed;
  return tests.ok;
}
