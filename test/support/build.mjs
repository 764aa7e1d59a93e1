// Compiles the sources, so that a suite of the built program never judges an older build.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @throws Error with what the compiler says */
export function build() {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const done = spawnSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.json')], {
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(`dist cannot be built:\n${done.stdout}${done.stderr}`);
}
