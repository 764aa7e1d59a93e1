// The documentation repeats what the sources say; this keeps the two the same. `npm run docs` writes
// the parts anew.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { envExample, generatedParts, root } from '../support/readme-tables.ts';

for (const { file, name, make } of generatedParts) {
  t.test(`${file} shows the ${name} as the sources have them`, async (t) => {
    const path = join(root, file);
    const text = readFileSync(path, 'utf8');
    const [start, end] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`];
    const from = text.indexOf(start) + start.length;
    const to = text.indexOf(end);
    t.ok(from >= start.length && to >= from, 'the markers are there');
    if (t.writeSnapshot) writeFileSync(path, text.slice(0, from) + make() + text.slice(to));
    else t.equal(text.slice(from, to), make());
  });
}

t.test('.env.example has every setting with its default', async (t) => {
  const path = join(root, '.env.example');
  if (t.writeSnapshot) writeFileSync(path, envExample());
  else t.equal(readFileSync(path, 'utf8'), envExample());
});
