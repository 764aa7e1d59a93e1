// What npm would hand out: what runs and nothing else, with licences that may be passed on.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { lockedPackages, productionLicences, root } from '../support/readme-tables.ts';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Folders of the project that are made anew, or too large to copy; `.env` may hold a key. */
const NOT_COPIED = /^(\.(?!env\.example)|(node_modules|dist|test)$)/;

/** Licences that ask for no more than their notice, which each package brings along. */
const ALLOWED = [
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
];

t.test('the package holds the compiled sources and what tells about them', async (t) => {
  const compiled = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `dist/${path.replace(/\.ts$/, '.js')}`);
  const told = ['package.json', 'LICENSE', 'README.md', 'README.zh.md', 'CHANGELOG.md'];
  // A copy with empty files is enough to ask npm what it would take.
  const folder = t.testdir();
  for (const path of [...readdirSync(root), ...compiled]) {
    if (NOT_COPIED.test(path)) continue;
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    if (compiled.includes(path)) writeFileSync(join(folder, path), '');
    else cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  const pack = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const { status, stdout, stderr } = spawnSync('npm', pack, { cwd: folder, encoding: 'utf8' });
  t.equal(status, 0, stderr);
  const [{ files }] = JSON.parse(stdout);
  t.strictSame(
    files.map(({ path }: { path: string }) => path).toSorted(),
    [...compiled, ...told].toSorted(),
  );
});

t.test('every dependency is pinned to one version', async (t) => {
  const versions = Object.values<string>(manifest.dependencies);
  t.strictSame(
    versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version)),
    [],
  );
});

t.test('what is installed to run may be passed on', async (t) => {
  t.strictSame(
    [...productionLicences().keys()].filter((licence) => !ALLOWED.includes(licence)),
    [],
  );
});

t.test('no package of the lock file is deprecated', async (t) => {
  const deprecated = [...lockedPackages()].filter(([, facts]) => facts.deprecated !== undefined);
  t.strictSame(deprecated, []);
});
