// The answer that the READMEs show is the one that the demo gives.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { main } from '../../src/commands/main.ts';
import { fakeIo } from '../support/fake-io.ts';
import { root } from '../support/root.ts';

t.test('the demo answers what the READMEs show', async (t) => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, question = ''] = /^> (你好.+)$/m.exec(readme) ?? [];
  const demo = fakeIo(['demo', '--once', question]);
  t.equal(await main(demo.io), 0);
  t.match(readme, `> ${question}\n\n${demo.stdout.text}\n`);
});
