// A network beside this machine's own, as that of a container: two addresses and a cable between them.

import { spawnSync } from 'node:child_process';
import type { Test } from 'tap';
import { asRoot } from '../../support/as-root.mjs';

export interface Network {
  /** This machine in it, and the other end. */
  readonly here: string;
  readonly there: string;
  /** What enters it, in front of a program. */
  readonly enter: readonly string[];
}

/** Runs a program as root. */
function spawn(...words: readonly string[]) {
  const [program = '', ...args] = asRoot(...words);
  return spawnSync(program, args, { encoding: 'utf8' });
}

/** Runs `ip` and gives what it prints. */
function ip(...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawn('ip', ...args);
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}

/**
 * Ends a network and what still runs in it: a kill of `sudo` does not reach the program behind it. The
 * kernel takes a name space apart later, so the cable goes first: the next network has one of its name.
 */
function end(name: string, near: string): void {
  const pids = ip('netns', 'pids', name).split('\n').filter(Boolean);
  // Some may have ended by themselves meanwhile, which `kill` takes for a failure.
  if (pids.length > 0) spawn('kill', '-KILL', ...pids);
  ip('link', 'delete', near);
  ip('netns', 'delete', name);
}

/** Makes one that ends with the test; needs root or `sudo`. The addresses are those kept for such trials. */
export function startNetwork(t: Test): Network {
  const { pid } = process;
  const name = `glm-doctor-${pid}`;
  const [near, far] = [`gd${pid}a`, `gd${pid}b`];
  const net = `198.18.${pid % 250}`;
  ip('netns', 'add', name);
  ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name);
  t.teardown(() => end(name, near));
  ip('address', 'add', `${net}.1/24`, 'dev', near);
  ip('link', 'set', near, 'up');
  ip('-n', name, 'address', 'add', `${net}.2/24`, 'dev', far);
  for (const device of [far, 'lo']) ip('-n', name, 'link', 'set', device, 'up');
  const enter = asRoot('ip', 'netns', 'exec', name);
  return { here: `${net}.1`, there: `${net}.2`, enter };
}
