// Lets Node run TypeScript where it cannot by itself, which is before 22.18: for `--import`.

import { register } from 'node:module';
import { foreignImports } from './static-imports.mjs';

if (!process.features.typescript) {
  // Behind the hook each module of a package takes the way through the hook's thread, which costs up
  // to a second of CPU: the packages are loaded before.
  const [, main = ''] = process.argv;
  const packages = main.endsWith('.ts') ? foreignImports(main).map(({ from }) => from) : [];
  for (const name of new Set(packages)) if (!name.startsWith('node:')) await import(name);
  register('./strip-types-hooks.mjs', import.meta.url);
}
