// The documentation repeats what the sources say; this keeps the two the same. `npm run docs` writes
// the parts anew.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { prometheusRule } from '../support/prometheus-rule.ts';
import { envExample, generatedParts } from '../support/readme-tables.ts';
import { root } from '../support/root.ts';

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

for (const { file, what, make } of [
  { file: '.env.example', what: 'every setting with its default', make: envExample },
  { file: prometheusRule.file, what: 'the alert rules of Prometheus', make: prometheusRule.make },
]) {
  t.test(`${file} has ${what}`, async (t) => {
    const path = join(root, file);
    if (t.writeSnapshot) writeFileSync(path, make());
    else t.equal(readFileSync(path, 'utf8'), make());
  });
}
