// Tells what `.dockerignore` lets a build see of the project, for the two forms of line it uses.

import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The paths that a `.dockerignore` of the form "nothing but these" leaves, in its order.
 * Throws an Error for any other form, so that the file cannot grow past what is understood here.
 */
export function allowedPaths(text: string): readonly string[] {
  const [everything, ...allowed] = text.split('\n').filter((line) => !/^(#|\s*$)/.test(line));
  if (everything !== '*') throw new Error('.dockerignore must begin with *');
  return allowed.map((line) => {
    const [, path] = /^!([\w./-]+)$/.exec(line) ?? [];
    if (path === undefined) throw new Error(`.dockerignore: not understood: ${line}`);
    return path;
  });
}

/** Copies what the build of `project` may see into `folder`, and fails for a path that is not there. */
export function copyContext(project: string, folder: string): void {
  for (const path of allowedPaths(readFileSync(join(project, '.dockerignore'), 'utf8'))) {
    if (!existsSync(join(project, path))) throw new Error(`.dockerignore allows no file: ${path}`);
    cpSync(join(project, path), join(folder, path), { recursive: true });
  }
}
