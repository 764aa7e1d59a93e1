// The workflows as a linter, an auditor and a shell see them. `npm run test:workflows` runs it.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { root } from '../support/root.ts';

const folder = join(root, '.github', 'workflows');
const names = readdirSync(folder);
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const { version, scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Of a job. */
interface Step {
  readonly name?: string;
  readonly run?: string;
}

function tool(name: string): string {
  const path = process.env[name];
  if (path === undefined) throw new Error(`${name} is not set: use npm run test:workflows`);
  return path;
}

/** Runs a program and gives what it says and its exit code. */
function run(command: string, args: readonly string[], env = {}, cwd = root) {
  const options = { cwd, env: { ...process.env, ...env }, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(command, args, options);
  return { status, said: stdout + stderr };
}

/** The shell text of a step, by workflow, job and name. */
function script(workflow: string, job: string, name: string): string {
  const steps: readonly Step[] = parse(read(workflow)).jobs[job].steps;
  const found = steps.find((step) => step.name === name)?.run;
  if (found === undefined) throw new Error(`${workflow}, ${job}: no step "${name}"`);
  return found;
}

/** Runs a step as GitHub does. */
const shell = (text: string, env: object, cwd = root) =>
  run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', text], env, cwd);

t.test('actionlint finds nothing', async (t) => {
  const files = names.map((name) => join(folder, name));
  t.strictSame(run(tool('TEST_ACTIONLINT'), files), { status: 0, said: '' });
});

t.test('zizmor finds nothing, not even as a pedant', async (t) => {
  const args = ['--offline', '--persona', 'pedantic', '--no-progress', '--quiet', '.github'];
  const { status, said } = run(tool('TEST_ZIZMOR'), args);
  t.equal(status, 0, said);
});

t.test('every action is pinned to a commit, and says which version that is', async (t) => {
  for (const name of names) {
    const uses = [...read(name).matchAll(/uses: ([^.].*)/g)].map(([, what]) => String(what));
    t.ok(uses.length > 0, name);
    t.strictSame(
      uses.filter((what) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(what)),
      [],
    );
  }
});

t.test('what needs only Node runs on each version of it', async (t) => {
  const { steps } = parse(read('test.yml')).jobs.node;
  const runs = steps.flatMap(({ run }: { run?: string }) => run ?? []);
  t.strictSame(runs, ['npm ci', 'npm test', 'npm run test:robustness']);
});

t.test('every other suite that is a script is in the matrix, and its step runs it', async (t) => {
  const { suite, include } = parse(read('test.yml')).jobs.suite.strategy.matrix;
  const more = include.map((one: { suite: string }) => one.suite);
  const own = Object.keys(scripts).filter((name) => /^test:(?!unit|one|robustness)/.test(name));
  t.strictSame([...suite, ...more].map((name) => `test:${name}`).toSorted(), own.toSorted());
  const bin = t.testdir();
  writeFileSync(join(bin, 'npm'), '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
  const env = { PATH: [bin, process.env['PATH']].join(delimiter), SUITE: 'fastchat' };
  t.strictSame(shell(script('test.yml', 'suite', 'Run the suite'), env), {
    status: 0,
    said: 'run test:fastchat\n',
  });
});

t.test('the versions of Node are the floor and the long-term lines', async (t) => {
  t.strictSame(parse(read('test.yml')).jobs.node.strategy.matrix.node, ['20.19.0', '22', '24']);
});

t.test('nothing is published before every suite has passed', async (t) => {
  const { jobs } = parse(read('release.yml'));
  t.equal(jobs.test.uses, './.github/workflows/test.yml');
  for (const name of ['package', 'images']) t.strictSame(jobs[name].needs, ['test', 'check'], name);
});

t.test('a release is refused unless every place names the version of its tag', async (t) => {
  const text = script(
    'release.yml',
    'check',
    'The tag is the version of package.json, CHANGELOG.md, images and manifests',
  );
  const copy = t.testdir();
  const files = ['package.json', 'Dockerfile', 'docker', '.github/check-version.mjs'];
  mkdirSync(join(copy, '.github'));
  for (const file of files) cpSync(join(root, file), join(copy, file), { recursive: true });
  const changelog = (heading: string) =>
    writeFileSync(join(copy, 'CHANGELOG.md'), `# Changelog\n\n## [${heading}]\n`);

  changelog(version);
  t.strictSame(shell(text, { TAG: `v${version}` }, copy), { status: 0, said: '' });
  changelog('Unreleased');
  t.strictSame(shell(text, { TAG: `v${version}` }, copy), {
    status: 1,
    said: `CHANGELOG.md: no version, but the tag is v${version}\n`,
  });
  changelog('9.9.9');
  const { status, said } = shell(text, { TAG: 'v9.9.9' }, copy);
  t.equal(status, 1);
  t.match(said, /^package\.json: .*^Dockerfile: .*^docker\/kubernetes\/base: /ms);
  t.match(shell(text, { TAG: 'release' }, copy), { status: 1, said: /not a tag of the form/ });
});

t.test('the changelog names the version to come', async (t) => {
  const [, named] =
    /^## \[(\d[^\]]*)\]/m.exec(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')) ?? [];
  t.equal(named, version);
});

t.test('images get the version without its v', async (t) => {
  const output = join(t.testdir({ output: '' }), 'output');
  const text = script('release.yml', 'images', 'Version without the v');
  t.equal(shell(text, { TAG: 'v1.2.3', GITHUB_OUTPUT: output }).status, 0);
  t.equal(readFileSync(output, 'utf8'), 'number=1.2.3\n');
});

t.test('the images that are published are those that the manifests ask for', async (t) => {
  const { include } = parse(read('release.yml')).jobs.images.strategy.matrix;
  const published = include.map(({ image }: { image: string }) => image);
  const bases = ['base', 'components/fastchat'].map((path) =>
    readFileSync(join(root, 'docker', 'kubernetes', path, 'kustomization.yaml'), 'utf8'),
  );
  const asked = bases.map((text) => /newName: ghcr\.io\/glm-worker\/(\S+)/.exec(text)?.[1]);
  t.strictSame(published, asked);
  for (const { file } of include) t.ok(readFileSync(join(root, file)).length > 0, file);
});
