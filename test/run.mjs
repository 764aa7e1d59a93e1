// `npm test`: lint, types, then every test; ends with the plain line `N passed, N failed`.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => join(root, 'node_modules', '.bin', name);
const run = (name, args) =>
  spawnSync(bin(name), args, { cwd: root, stdio: 'inherit' }).status === 0;

const folder = mkdtempSync(join(tmpdir(), 'glm-worker-test-'));
const report = join(folder, 'report.tap');
const checks = [
  ['lint', () => run('biome', ['check', '.'])],
  ['types', () => run('tsc', ['-p', 'test/tsconfig.json'])],
  ['tests and coverage', () => run('tap', [`--output-file=${report}`, '--reporter=terse'])],
];

let passed = 0;
let failed = 0;
for (const [name, check] of checks) {
  const ok = check();
  console.log(`${ok ? 'ok' : 'FAILED'}: ${name}`);
  if (ok) passed++;
  else failed++;
}

// One level below the files stand the behaviours, each with one line of its own.
for (const line of readReport()) {
  if (/^ {4}ok /.test(line)) passed++;
  else if (/^ {4}not ok /.test(line)) failed++;
}
rmSync(folder, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function readReport() {
  try {
    return readFileSync(report, 'utf8').split('\n');
  } catch {
    return [];
  }
}
