// The Dockerfile as a text: what it starts from, what it takes in, and as whom and how it runs.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { root } from '../support/root.ts';
import { allowedPaths } from './support/build-context.ts';
import { execForm, lastOf, pairs, parseDockerfile } from './support/dockerfile.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const files = ['Dockerfile', 'docker/fastchat/Dockerfile'];
const stages = parseDockerfile(read('Dockerfile'));
const last = stages.at(-1);

t.test(
  'every stage starts from one pinned image, by digest, from a registry of choice',
  async (t) => {
    const bases = files.flatMap((file) => parseDockerfile(read(file)).map(({ base }) => base));
    const [node = '', python = ''] = [...new Set(bases)];
    t.match(node, /^docker\.io\/library\/node:24-bookworm-slim@sha256:[0-9a-f]{64}$/);
    t.match(python, /^docker\.io\/library\/python:3\.12-slim-bookworm@sha256:[0-9a-f]{64}$/);
    t.equal(new Set(bases).size, files.length);
    for (const file of files) {
      t.match(read(file), /^ARG IMAGE_REGISTRY=/m, file);
      t.notMatch(read(file), /^FROM (?!\$\{IMAGE_REGISTRY\}\/)/m, file);
    }
  },
);

t.test(
  'what is copied exists and is let through by .dockerignore, and nothing else is',
  async (t) => {
    const allowed = allowedPaths(read('.dockerignore'));
    const copied = files
      .flatMap((file) => parseDockerfile(read(file)))
      .flatMap(({ steps }) => steps)
      .filter(({ keyword, flags }) => keyword === 'COPY' && flags['from'] === undefined)
      .flatMap(({ rest }) => rest.split(' ').slice(0, -1));
    t.strictSame(new Set(copied), new Set(allowed));
    t.strictSame(
      copied.filter((path) => !existsSync(join(root, path))),
      [],
    );
  },
);

t.test('packages come from the lock file, and no package runs a script', async (t) => {
  const installs = stages
    .flatMap(({ steps }) => steps)
    .filter(({ keyword, rest }) => keyword === 'RUN' && /^npm (ci|i|install)\b/.test(rest))
    .map(({ rest }) => rest);
  t.strictSame(installs, [
    'npm ci --ignore-scripts --no-audit --no-fund',
    'npm ci --omit=dev --ignore-scripts --no-audit --no-fund',
  ]);
});

t.test('the last stage is neither root nor behind a shell', async (t) => {
  t.strictSame(execForm(lastOf(last, 'ENTRYPOINT')), ['node', 'dist/cli.js']);
  t.strictSame(execForm(lastOf(last, 'CMD')), ['serve']);
  t.strictSame(execForm(lastOf(last, 'HEALTHCHECK')).slice(0, 2), ['node', '-e']);
  t.strictSame(pairs(lastOf(last, 'ENV')), {
    NODE_ENV: 'production',
    HOST: '0.0.0.0',
    WORKER_ADDRESS: 'auto',
  });
});

t.test('users are numbers, which `runAsNonRoot` can tell from root', async (t) => {
  const users = files.map((file) => lastOf(parseDockerfile(read(file)).at(-1), 'USER'));
  t.strictSame(users, ['1000:1000', '65534:65534']);
});

t.test('the labels say what package.json says', async (t) => {
  const { name, description, version, license, repository } = JSON.parse(read('package.json'));
  t.strictSame(pairs(lastOf(last, 'LABEL')), {
    'org.opencontainers.image.title': name,
    'org.opencontainers.image.description': description,
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.source': repository.url.replace(/^git\+|\.git$/g, ''),
    'org.opencontainers.image.licenses': license,
  });
});
