// `npm test`: lint, types, then every test; ends with the plain line `N passed, N failed`.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { fillCache } from './support/strip-types-hooks.mjs';
import { tapDigest } from './support/tap-digest.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => join(root, 'node_modules', '.bin', name);
const run = (name, args) =>
  spawnSync(bin(name), args, { cwd: root, stdio: 'inherit' }).status === 0;

const { counts, ...digest } = tapDigest(console.log);
const checks = [
  ['lint', () => run('biome', ['check', '.'])],
  ['types', () => run('tsc', ['-p', 'test/tsconfig.json'])],
  ['tests and coverage', runTests],
];
for (const [name, check] of checks) {
  const ok = await check();
  console.log(`${ok ? 'ok' : 'FAILED'}: ${name}`);
  if (ok) counts.passed++;
  else counts.failed++;
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;

async function runTests() {
  if (!process.features.typescript) await fillCache([join(root, 'src'), join(root, 'test')]);
  const stdio = ['ignore', 'pipe', 'inherit'];
  const tap = spawn(bin('tap'), ['--reporter=tap'], { cwd: root, stdio });
  const closed = once(tap, 'close');
  for await (const line of createInterface(tap.stdout)) digest.read(line);
  digest.end();
  const [code] = await closed;
  return code === 0;
}
