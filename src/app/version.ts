// What its own package.json says of this program.

import { readFileSync } from 'node:fs';

export function version(): string {
  return packageJson().version;
}

/** The oldest Node.js that runs it, such as `20.19`. */
export function nodeFloor(): string {
  return packageJson().engines.node.replace('>=', '');
}

interface PackageJson {
  readonly version: string;
  readonly engines: { readonly node: string };
}

function packageJson(): PackageJson {
  const file = new URL('../../package.json', import.meta.url);
  // Our own, which has both.
  return JSON.parse(readFileSync(file, 'utf8')) as PackageJson;
}
