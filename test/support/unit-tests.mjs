// Which tests need no socket and no other process: those that load nothing which opens or starts one.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What opens sockets or starts processes. fastify is asked by `inject` as well. */
const OPENS = /^(?:node:(?:net|tls|https?|child_process)|undici)$/;

/** What is harmless of these. */
const HARMLESS = /^(?:type \w+|isIP|errors(?: as \w+)?)$/;

const IMPORT = /^(?:import|export)\s+(?!type\b)([^'"]*?)\bfrom\s+'([^']+)'/gm;

const known = new Map();

/** Whether a test file, by its path below the project, needs no socket. */
export function isUnit(file) {
  return !opens(file);
}

function opens(file) {
  if (!known.has(file)) {
    // For files that import each other, the second one: what it would learn, the first one finds.
    known.set(file, false);
    const imports = [...readFileSync(file, 'utf8').matchAll(IMPORT)];
    const found = imports.some(([, names, from]) =>
      from.startsWith('.')
        ? opens(join(dirname(file), from))
        : OPENS.test(from) && !isHarmless(names),
    );
    known.set(file, found);
  }
  return known.get(file);
}

function isHarmless(names) {
  const listed = names.replace(/[{}]/g, '').split(',');
  return listed.every((name) => name.trim() === '' || HARMLESS.test(name.trim()));
}
