// Puts the results of a run where people read them: docs/performance.md and its pictures.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pictures } from './plots.mjs';
import { summaryTable, tables } from './report.mjs';

const fileAt = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Writes `text` between the markers of this name. */
function fill(path, name, text) {
  const whole = readFileSync(fileAt(path), 'utf8');
  const [start, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const from = whole.indexOf(start);
  const to = whole.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${path} has no markers for ${name}`);
  writeFileSync(fileAt(path), whole.slice(0, from + start.length) + text + whole.slice(to));
}

export function publish(results) {
  fill('docs/performance.md', 'bench', tables(results));
  fill('docs/performance.md', 'summary', summaryTable(results));
  for (const [file, svg] of pictures(results)) writeFileSync(fileAt(`docs/${file}`), svg);
  writeFileSync(fileAt('docs/performance.json'), `${JSON.stringify(results.summary, null, 2)}\n`);
}
