// The two READMEs: what is not language is the same in both, and they point to each other.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { root } from '../support/readme-tables.ts';

const english = readFileSync(join(root, 'README.md'), 'utf8');
const chinese = readFileSync(join(root, 'README.zh.md'), 'utf8');

/** What stands between the markers of this name. */
function part(text: string, name: string): string {
  const [, found] = new RegExp(`<!-- ${name} -->\n(.*)\n<!-- /${name} -->`, 's').exec(text) ?? [];
  if (found === undefined) throw new Error(`no part ${name}`);
  return found;
}

/** The first cells of each row under the head of a table. */
function cells(tableText: string, columns: number): string[][] {
  const rows = tableText.split('\n').slice(2);
  return rows.map((row) => row.split(' | ').slice(0, columns));
}

/** Blocks of code of one language. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, code]) =>
    String(code),
  );
}

t.test('they link to each other', async (t) => {
  t.match(english, '[中文](README.zh.md)');
  t.match(chinese, '[English](README.md)');
});

t.test('the tables have the same names and values', async (t) => {
  t.strictSame(cells(part(chinese, 'settings'), 3), cells(part(english, 'settings'), 3));
  t.strictSame(cells(part(chinese, 'parameters'), 2), cells(part(english, 'parameters'), 2));
  t.equal(part(chinese, 'imports'), part(english, 'imports'));
});

t.test('the commands and outputs are the same', async (t) => {
  const uncommented = (code: string) => code.replace(/ +#.*/g, '');
  t.strictSame(blocks(chinese, 'sh').map(uncommented), blocks(english, 'sh').map(uncommented));
  t.strictSame(blocks(chinese, 'text'), blocks(english, 'text'));
});

t.test('they have the same sections, links and tables', async (t) => {
  const shape = (text: string) => ({
    sections: text.match(/^## /gm)?.length,
    rows: text.match(/^\| /gm)?.length,
    links: text.match(/\]\([^)]+\)/g)?.filter((link) => !link.includes('README')),
  });
  t.strictSame(shape(chinese), shape(english));
});

t.test('the libraries they name are the ones of package.json, in its versions', async (t) => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const text of [english, chinese]) {
    const rows = text.matchAll(/^\| `([\w-]+)` \| (\d+\.\d+\.\d+) \|/gm);
    t.strictSame(Object.fromEntries([...rows].map(([, name, version]) => [name, version])), {
      ...dependencies,
    });
  }
});
