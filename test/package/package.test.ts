// What npm would hand out: what runs and nothing else, with licences that may be passed on.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { lockedPackages, productionLicences } from '../support/readme-tables.ts';
import { root } from '../support/root.ts';

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

/** The paths that npm would pack, from a copy of the project in `folder` with empty sources. */
function packedPaths(folder: string, compiled: readonly string[]): readonly string[] {
  for (const path of [...readdirSync(root), ...compiled]) {
    if (NOT_COPIED.test(path)) continue;
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    if (compiled.includes(path)) writeFileSync(join(folder, path), '');
    else cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  const pack = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const { status, stdout, stderr } = spawnSync('npm', pack, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const [{ files }] = JSON.parse(stdout);
  return files.map(({ path }: { path: string }) => path);
}

t.test('the package holds the compiled sources and what tells about them', async (t) => {
  const compiled = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.[tj]s$/.test(path))
    .map((path) => `dist/${path.replace(/\.ts$/, '.js')}`);
  const pages = readdirSync(root).filter((path) => path.endsWith('.md'));
  const docs = readdirSync(join(root, 'docs'))
    .filter((path) => /\.(md|svg)$/.test(path))
    .map((path) => `docs/${path}`);
  const examples = readdirSync(join(root, 'examples')).map((path) => `examples/${path}`);
  const told = ['package.json', 'LICENSE', '.env.example', ...pages, ...docs, ...examples];
  const packed = packedPaths(t.testdir(), compiled);
  t.strictSame(packed.toSorted(), [...compiled, ...told].toSorted());
  for (const page of ['README.md', 'README.zh.md']) {
    const text = readFileSync(join(root, page), 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:)([^)\s#]+)/g)].map(([, link]) => String(link));
    t.strictSame(
      links.filter((link) => !packed.includes(link)),
      [],
      `${page} of an installed package leads nowhere else`,
    );
  }
});

t.test('whoever has the package finds its home', async (t) => {
  const home = 'https://github.com/glm-worker/glm-worker';
  t.match(manifest, {
    homepage: `${home}#readme`,
    bugs: `${home}/issues`,
    repository: { type: 'git', url: `git+${home}.git` },
  });
});

t.test('npm needs no overrides, which hold in a clone only', async (t) => {
  t.notOk('overrides' in manifest);
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
