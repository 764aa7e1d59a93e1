// Runs a program that is written in TypeScript and belongs to the tests, whatever Node this is:
// `node test/support/run-source.mjs test/growth/simulate.ts [arguments]`, from the project's root.

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compile, compiledPath } from './compile.mjs';

await compile();
const [source] = process.argv.splice(2, 1);
process.argv[1] = resolve(compiledPath(source));
await import(pathToFileURL(process.argv[1]));
