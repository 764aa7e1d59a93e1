// Runs a program that is written in TypeScript and belongs to the tests, whatever Node this is:
// `node test/support/run-source.mjs test/growth/simulate.ts [arguments]`, its path below the project.

import { compile, compiledPath } from './compile.mjs';

await compile();
const [source] = process.argv.splice(2, 1);
await import(new URL(`../../${compiledPath(source)}`, import.meta.url));
