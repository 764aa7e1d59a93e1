// Lets Node run TypeScript where it cannot by itself, which is before 22.18: for `--import`.

import { register } from 'node:module';
import { foreignImports } from './static-imports.mjs';

const importsOf = (file) => foreignImports(file).map(({ from }) => from);

if (!process.features.typescript) {
  // Behind the hook each module of a package takes the way through the hook's thread, which costs up
  // to a second of CPU: the packages are loaded before.
  const [, main = ''] = process.argv;
  const files = main.endsWith('.ts') ? [main] : (process.env.TEST_FILES ?? '').split('\n');
  const packages = files.filter((file) => file.endsWith('.ts')).flatMap(importsOf);
  for (const name of new Set(packages)) if (!name.startsWith('node:')) await import(name);
  register('./strip-types-hooks.mjs', import.meta.url);
}
