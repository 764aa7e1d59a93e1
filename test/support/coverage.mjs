// What of the sources the tests have run, as V8 counts it and c8 tells it.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compiledPath } from './compile.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = pathToFileURL(join(root, 'src')).href;
const compiled = pathToFileURL(join(root, compiledPath('src'))).href;
const kept = join(root, '.tap', 'coverage');
const raw = (file) => join(root, '.tap', 'coverage-raw', file.replaceAll('/', '-'));

const COMMENT = /\/\*[\s\S]*?\*\/|\/\/.*/g;

/** Forgets what earlier runs have covered. */
export function resetCoverage() {
  for (const name of ['coverage', 'coverage-raw']) {
    rmSync(join(root, '.tap', name), { recursive: true, force: true });
  }
  mkdirSync(kept, { recursive: true });
}

/** What makes the process of a test file, and its children, count. */
export function coverageEnv(file) {
  return { NODE_V8_COVERAGE: raw(file) };
}

/** Keeps what concerns the sources: the packages would be a hundred times as much. */
export function keepCoverage(file) {
  const folder = raw(file);
  // A process that was killed has left none.
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    const ours = result.flatMap((script) => ofSource(script));
    writeFileSync(join(kept, basename(name)), JSON.stringify({ result: ours }));
  }
  rmSync(folder, { recursive: true });
}

/** A script's counts as those of its source, whose positions it has; none when it is not ours. */
function ofSource({ url, ...counts }) {
  if (!url.startsWith(compiled)) return [];
  const path = url.slice(compiled.length).replace(/\.js$/, '.ts');
  return [{ ...counts, url: `${sources}${path}` }];
}

/**
 * Shows what is not covered.
 * @param options.all whether all sources have to be covered, not only those that were loaded
 * @returns whether everything is
 */
export async function reportCoverage({ all }) {
  const c8 = join(root, 'node_modules', '.bin', 'c8');
  const wanted = ['--include=src/**', '--src=src', '--extension=.ts'];
  if (all) wanted.push('--all', ...typesOnly().map((path) => `--exclude=${path}`));
  // V8 counts a branch at the end of some `finally` blocks that a test cannot take at will.
  const least = ['--lines=100', '--functions=100', '--statements=100', '--branches=99.9'];
  const shown = ['--reporter=text', '--skip-full', '--check-coverage', ...least];
  const args = ['report', `--temp-directory=${kept}`, ...wanted, ...shown];
  return spawnSync(c8, args, { cwd: root, stdio: 'inherit' }).status === 0;
}

/** Sources that have nothing to run, and are therefore never loaded. */
function typesOnly() {
  const names = readdirSync(join(root, 'src'), { recursive: true });
  const paths = names.filter((name) => name.endsWith('.ts')).map((name) => join('src', name));
  const found = [];
  for (const path of paths) {
    const code = readFileSync(join(root, compiledPath(path)), 'utf8');
    if (
      code
        .replace(COMMENT, '')
        .replace(/export\s*\{\s*\};?/, '')
        .trim() === ''
    )
      found.push(path);
  }
  return found;
}
