// TypeScript without its types: every other character stays where it is, as in Node from 22.18 on.
//
// So a stack and the coverage are right without source maps. The compiler takes longer to load than
// most tests take to run, hence what it made is kept, named after the text it was made from.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Among the packages, because `npm ci`, which may bring another compiler, removes it with them.
const cache = fileURLToPath(new URL('../../node_modules/.cache/strip-types/', import.meta.url));

/** Node's hook: the text of a module. */
export async function load(url, context, nextLoad) {
  if (!url.endsWith('.ts')) return nextLoad(url, context);
  const module = await nextLoad(url, { ...context, format: 'module' });
  return { ...module, source: await withoutTypes(String(module.source)) };
}

/** Fills the cache anew from these folders: one process loads the compiler instead of each test. */
export async function fillCache(folders) {
  rmSync(cache, { recursive: true, force: true });
  for (const folder of folders) {
    const names = readdirSync(folder, { recursive: true });
    for (const name of names.filter((name) => name.endsWith('.ts'))) {
      await withoutTypes(readFileSync(join(folder, name), 'utf8'));
    }
  }
}

/** The text of a module, with spaces in the place of its types. */
export async function withoutTypes(text) {
  const file = join(cache, `${createHash('sha256').update(text).digest('hex')}.js`);
  try {
    return readFileSync(file, 'utf8');
  } catch {
    const { default: blankSpace } = await import('ts-blank-space');
    const stripped = blankSpace(text);
    keep(file, stripped);
    return stripped;
  }
}

function keep(file, text) {
  // Under a name of its own first: another process may be about to read it.
  const draft = `${file}.${process.pid}`;
  try {
    mkdirSync(cache, { recursive: true });
    writeFileSync(draft, text);
    renameSync(draft, file);
  } catch {
    // Without a cache, because another process empties it or nobody may write, it is only slower.
  }
}
