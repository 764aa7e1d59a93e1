// The package as npm would hand it out: installed into an empty folder, its command serves.
// Not part of `npm test`, because it downloads; `npm run test:image` runs it.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import t from 'tap';
import {
  imageNode,
  installNode,
  lowestNode,
  temporaryFolder,
} from '../docker/support/node-versions.ts';
import { startProgram } from '../docker/support/program.ts';
import { root } from '../support/root.ts';
import { serveRegistry } from './support/registry.ts';

t.setTimeout(600_000);

/** What npm says on stdout; throws what it says if it fails. */
function npm(cwd: string, args: readonly string[], env = process.env): string {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { name, version } = manifest;

for (const node of [lowestNode(), imageNode()]) {
  t.test(`installed by npm on Node ${node}, the command answers`, async (t) => {
    const nodeFolder = installNode(t, node);
    const folder = temporaryFolder(t);
    npm(root, ['pack', '--pack-destination', folder]);
    const upstream = npm(root, ['config', 'get', 'registry']).trim();
    const tarball = join(folder, `${name}-${version}.tgz`);
    const registry = await serveRegistry(t, { tarball, manifest, upstream });
    const project = { name: 'some-project', version: '1.0.0', private: true };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(project));

    const PATH = [nodeFolder, process.env['PATH']].join(delimiter);
    const env = { ...(process.env as Record<string, string>), PATH };
    const install = ['npm', 'install', '--engine-strict', '--no-audit', '--no-fund', name];
    const installing = startProgram(t, {
      command: [...install, '--registry', registry],
      cwd: folder,
      env,
    });
    t.equal(await installing.ended, 0, installing.output);
    t.match(installing.output, /^\s*added \d+ packages in \S+\s*$/, 'no warning');
    t.comment(installing.output.trim());

    const bin = join(folder, 'node_modules', '.bin', name);
    const asked = spawnSync(bin, ['--version'], { cwd: folder, env, encoding: 'utf8' });
    t.equal(asked.stdout, `${version}\n`);
    const command = [bin, 'demo', '--once', '你好'];
    const program = startProgram(t, { command, cwd: folder, env: { PATH } });
    t.equal(await program.ended, 0, program.output);
    t.match(program.output, /GLM/);

    const { packages } = JSON.parse(npm(folder, ['sbom', '--sbom-format', 'spdx'], env));
    const listed = packages.map((part: { name: string }) => part.name);
    t.ok(
      [name, 'fastify', 'zod'].every((one) => listed.includes(one)),
      'npm sbom lists them',
    );
  });
}
