// How much a program puts on a disk: what is installed for it, without its language's runtime.

import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of all files below `path`; links count as themselves. */
export function bytesOf(path) {
  const stat = lstatSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}

function npm(cwd, ...args) {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args[0]}: ${stderr.trim().split('\n').at(-1)}`);
  return stdout;
}

/**
 * Packs the project at `root` and installs it into an empty folder below `home`, as its image does.
 * @returns bytes of the tarball, and of everything installed
 */
export function packedSizes({ root, home }) {
  const folder = join(home, 'packed');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const packed = npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder);
  const [{ filename, size }] = JSON.parse(packed);
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  npm(folder, 'install', '--omit=dev', '--no-audit', '--no-fund', `./${filename}`);
  return { tarball: size, installed: bytesOf(join(folder, 'node_modules')) };
}
