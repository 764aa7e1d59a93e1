// The Nodes that the project promises to run on, installed from npm's package `node`.

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { root } from '../../support/root.ts';
import { parseDockerfile } from './dockerfile.ts';

/** A folder that other users may enter, removed with the test. */
export function temporaryFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'glm-worker-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  return folder;
}

/** Installs the newest Node that begins with `version`; gives the folder of its program. */
export function installNode(t: Test, version: string): string {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const install = ['install', '--no-audit', '--no-fund', '--foreground-scripts', `node@${version}`];
  const { status, stderr } = spawnSync('npm', install, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const nodeFolder = join(folder, 'node_modules', 'node', 'bin');
  const script = 'JSON.stringify([process.versions.node, process.release.lts])';
  const asked = spawnSync(join(nodeFolder, 'node'), ['-p', script], { encoding: 'utf8' });
  const [installed, codename] = JSON.parse(asked.stdout);
  t.comment(`Node ${installed} ${codename}`);
  t.ok(`${installed}.`.startsWith(`${version}.`), installed);
  t.type(codename, 'string', 'a long-term line');
  return nodeFolder;
}

/** The line of Node that the image is based on, such as `24`. */
export function imageNode(): string {
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
  const base = parseDockerfile(dockerfile).at(-1)?.base ?? '';
  return /\/node:(\d+)-/.exec(base)?.[1] ?? '';
}

/** The lowest Node that package.json allows, to the last digit. */
export function lowestNode(): string {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [, minor = ''] = /^>=(\d+\.\d+)$/.exec(engines.node) ?? [];
  return `${minor}.0`;
}
