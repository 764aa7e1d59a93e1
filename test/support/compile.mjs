// The project as JavaScript, which is what tests run: so the compiler is loaded once for all of their
// processes, and only when something has changed.
//
// Types become blanks and every other character stays where it is, hence stacks and coverage are right
// without source maps. What needs no compiler is linked: a path that is relative to a test leads where
// it leads from its source.

import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const COMPILED = join('.tap', 'compiled');

/** Folders with sources; everything beside them is linked as it is. */
const FOLDERS = ['src', 'test'];
const LEFT_OUT = ['.git', '.tap', ...FOLDERS];

/** What is compiled is made anew when one of these has changed. */
const COMPILERS = ['package-lock.json', 'test/support/compile.mjs'];

const isSource = (path) => /\.(?:ts|mjs)$/.test(path) && FOLDERS.includes(path.split('/')[0]);

/** Where a source is when it is compiled; both paths are below the project. */
export function compiledPath(source) {
  return join(COMPILED, source.replace(/\.ts$/, '.js'));
}

/** A text that names compiled files, with their sources instead. */
export function withSourcePaths(text) {
  return text.replaceAll(/\.tap\/compiled\/((?:src|test)\/[\w./-]+?)\.js\b/g, '$1.ts');
}

/** Compiles what has changed since the last time, and removes what is left of files that are gone. */
export async function compile() {
  const beside = readdirSync(root).filter((name) => !LEFT_OUT.includes(name));
  const files = [...FOLDERS.flatMap(filesBelow), ...beside];
  const wanted = new Set(files.map(compiledPath));
  for (const path of filesBelow(COMPILED)) if (!wanted.has(path)) rmSync(join(root, path));
  for (const path of files) if (!isSource(path)) link(path);
  const changed = files.filter((path) => isSource(path) && !isCompiled(path));
  if (changed.length === 0) return;
  const { default: blankSpace } = await import('ts-blank-space');
  const { default: ts } = await import('typescript');
  for (const path of changed) compileFile(path, { blankSpace, ts });
}

function filesBelow(folder) {
  mkdirSync(join(root, folder), { recursive: true });
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function link(path) {
  const compiled = join(root, compiledPath(path));
  if (lstatSync(compiled, { throwIfNoEntry: false }) !== undefined) return;
  mkdirSync(dirname(compiled), { recursive: true });
  symlinkSync(join(root, path), compiled);
}

function isCompiled(path) {
  const compiled = statSync(join(root, compiledPath(path)), { throwIfNoEntry: false });
  if (compiled?.mtime.getTime() !== changedAt(path)) return false;
  return COMPILERS.every((compiler) => changedAt(compiler) < compiled.ctime.getTime());
}

function changedAt(path) {
  return statSync(join(root, path)).mtime.getTime();
}

function compileFile(path, { blankSpace, ts }) {
  const { mtime } = statSync(join(root, path));
  const text = readFileSync(join(root, path), 'utf8');
  const compiled = join(root, compiledPath(path));
  // Under a name of its own first: another run may be reading it.
  const draft = `${compiled}.${process.pid}`;
  mkdirSync(dirname(compiled), { recursive: true });
  writeFileSync(draft, importingCompiled(blankSpace(text), ts));
  utimesSync(draft, mtime, mtime);
  renameSync(draft, compiled);
}

/** JavaScript whose imports name compiled files: `./clock.ts` is `./clock.js` there. */
function importingCompiled(text, ts) {
  let rest = text;
  for (const { fileName, pos } of ts.preProcessFile(text).importedFiles) {
    if (!fileName.startsWith('.') || !fileName.endsWith('.ts')) continue;
    const end = pos + 1 + fileName.length;
    rest = `${rest.slice(0, end - 2)}js${rest.slice(end)}`;
  }
  return rest;
}
