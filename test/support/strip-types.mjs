// Lets Node run TypeScript where it cannot by itself, which is before 22.18: for `--import`.

import { register } from 'node:module';

if (!process.features.typescript) {
  // Whatever is loaded behind the hook takes the way through its thread, and tap is 150 modules.
  if (process.argv[1]?.endsWith('.test.ts')) await import('tap');
  register('./strip-types-hooks.mjs', import.meta.url);
}
