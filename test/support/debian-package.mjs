// Programs that a suite needs and a machine may lack: Debian's packages bring them.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { asRoot } from './as-root.mjs';

/** Runs `apt-get` and shows only what went wrong. */
const aptGet = (...args) => {
  const [program, ...rest] = asRoot('apt-get', ...args);
  const { status, stdout, stderr, error } = spawnSync(program, rest, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`apt-get ${args[0]}: ${error?.message ?? stderr + stdout}`);
};

/**
 * Installs a package unless its program is there, which needs Debian, and root or `sudo`.
 * @param options.variable names the program in the environment where it is elsewhere
 * @param options.usual where the package puts it
 * @returns where the program is
 * @throws Error in one line when it is not there, and cannot be installed
 */
export function debianProgram({ packageName, variable, usual, say }) {
  const given = process.env[variable];
  const program = given || usual;
  if (existsSync(program)) return program;
  if (given) throw new Error(`${variable}: there is no ${program}`);
  say(`installing ${packageName}`);
  aptGet('update', '-qq');
  aptGet('install', '-y', '-qq', '--no-install-recommends', packageName);
  if (!existsSync(program)) throw new Error(`there is still no ${program}; set ${variable}`);
  return program;
}
