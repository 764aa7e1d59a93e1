// Lets Node run TypeScript where it cannot by itself, which is before 22.18: for `--import`.

import { register } from 'node:module';

if (!process.features.typescript) register('./strip-types-hooks.mjs', import.meta.url);
