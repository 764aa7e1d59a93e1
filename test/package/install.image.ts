// The package as npm would hand it out: installed into an empty folder, its command serves.
// Not part of `npm test`, because it downloads; `npm run test:image` runs it.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { startProgram } from '../docker/support/program.ts';

const root = join(import.meta.dirname, '..', '..');

t.setTimeout(300_000);

function emptyFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'glm-worker-package-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

function npm(cwd: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout + stderr;
}

t.test('installed from its tarball, the command answers a question', async (t) => {
  const folder = emptyFolder(t);
  npm(root, 'pack', '--pack-destination', folder);
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const output = npm(folder, 'install', '--no-audit', '--no-fund', `./${name}-${version}.tgz`);
  t.notMatch(output, /deprecated/);

  const bin = join(folder, 'node_modules', '.bin', name);
  const env = { PATH: process.env['PATH'] ?? '' };
  const said = spawnSync(bin, ['--version'], { cwd: folder, encoding: 'utf8' });
  t.equal(said.stdout, `${version}\n`);
  const program = startProgram(t, { command: [bin, 'demo', '--once', '你好'], cwd: folder, env });
  t.equal(await program.ended, 0, program.output);
  t.match(program.output, /GLM/);
});
