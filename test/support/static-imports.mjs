// What a TypeScript file and the files behind it import, read from their text.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const IMPORT = /^(?:import|export)\s+(?!type\b)([^'"]*?)\bfrom\s+'([^']+)'/gm;

/**
 * The imports of packages and of Node's modules by `file` and by all that it imports.
 * @returns {{ names: string, from: string }[]} such as `{ names: '{ request }', from: 'undici' }`
 */
export function foreignImports(file, seen = new Set()) {
  if (seen.has(file)) return [];
  seen.add(file);
  const imports = [...readFileSync(file, 'utf8').matchAll(IMPORT)];
  return imports.flatMap(([, names, from]) =>
    from.startsWith('.') ? foreignImports(join(dirname(file), from), seen) : [{ names, from }],
  );
}
