// What hadolint, the linter of Dockerfiles, says of ours.
// Not part of `npm test`, because it comes from PyPI; `npm run test:image` runs it.

import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import t from 'tap';
import { root } from '../support/root.ts';
import { python } from './support/python.ts';

const hadolint = join(dirname(python('TEST_COMPOSE_PYTHON')), 'hadolint');

/** What it says of Dockerfiles, or of one that comes on stdin. */
function lint(files: readonly string[], input = '') {
  const args = ['--no-color', ...files];
  const { status, stdout, stderr } = spawnSync(hadolint, args, {
    cwd: root,
    input,
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
}

t.test('hadolint has nothing to say of the Dockerfiles, not even for information', async (t) => {
  const files = ['Dockerfile', 'docker/fastchat/Dockerfile'];
  t.strictSame(lint(files), { status: 0, said: '' });
});

t.test('it would tell of a user whose name a cluster cannot look up', async (t) => {
  const { status, said } = lint(['-'], 'FROM scratch\nUSER node\n');
  t.equal(status, 1);
  t.match(said, /DL3066/);
});
