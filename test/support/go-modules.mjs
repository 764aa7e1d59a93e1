// Programs and files from Go modules, at exact versions, kept in a folder of the project.

import { spawnSync } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/** Runs `go` with caches below `home`; gives what it prints, throws what it says when it fails. */
const go = (home, args, env = {}) => {
  const { status, stdout, stderr, error } = spawnSync('go', args, {
    cwd: home,
    encoding: 'utf8',
    env: {
      ...process.env,
      GOMODCACHE: join(home, 'go', 'modules'),
      // Files that can be removed like any other.
      GOFLAGS: '-modcacherw',
      ...env,
    },
  });
  if (error?.code === 'ENOENT') throw new Error('go cannot be run: install Go 1.24 or newer');
  if (status !== 0) throw new Error(`go ${args.join(' ')}:\n${stdout}${stderr}`);
  return stdout;
};

/**
 * Builds a program once and gives its path.
 * @param options.program its import path, whose last part that is no version is its name
 * @param options.version such as `v5.8.2`
 * @param options.home the folder for it and for the caches
 * @param options.say gets a line when it has to be built
 */
export const goProgram = ({ program, version, home, say }) => {
  const folder = join(home, 'go', 'bin');
  const name = program.replace(/\/v\d+$/, '').replace(/^.*\//, '');
  const path = join(folder, `${name}-${version}`);
  if (existsSync(path)) return path;
  say(`${name} ${version}: building`);
  go(home, ['install', `${program}@${version}`], { GOBIN: folder });
  renameSync(join(folder, name), path);
  return path;
};

/** The folder with the files of a module at a version. */
export const goModule = ({ module, version, home }) =>
  JSON.parse(go(home, ['mod', 'download', '-json', `${module}@${version}`])).Dir;
