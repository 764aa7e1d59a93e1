// Pages in two languages: what is not language is the same in both, and they point to each other.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import t from 'tap';
import { root } from '../support/root.ts';

const names = ['.', 'docs'].flatMap((folder) =>
  readdirSync(join(root, folder)).map((name) => join(folder, name)),
);

const pages = names
  .filter((name) => name.endsWith('.zh.md'))
  .map((path) => ({
    name: basename(path, '.zh.md'),
    chinese: readFileSync(join(root, path), 'utf8'),
    english: readFileSync(join(root, path.replace('.zh.md', '.md')), 'utf8'),
  }));

/** Code spans, also those in tables; those in blocks are compared as blocks. */
function spans(text: string): string[] {
  const withoutBlocks = text.replace(/^```.*?^```/gms, '');
  return [...withoutBlocks.matchAll(/`([^`\n]+)`/g)].map(([, code]) => String(code)).toSorted();
}

/** Blocks of code without comments, those left out that hold language. */
function blocks(text: string): string[] {
  const found = text.match(/^```.*?^```/gms) ?? [];
  return found
    .filter((block) => !/^```(mermaid|json)\n/.test(block))
    .map((block) => block.replace(/ *# .*/g, ''));
}

/** Where links lead, as the English page has it. */
function links(text: string): string[] {
  const found = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => String(link));
  return found.map((link) => link.replace('.zh.md', '.md').replace(/#.*/, '')).toSorted();
}

for (const { name, chinese, english } of pages) {
  t.test(`${name} is the same in both languages`, async (t) => {
    t.match(english, `[中文](${name}.zh.md)`);
    t.match(chinese, `[English](${name}.md)`);
    t.equal(chinese.match(/^##+ /gm)?.length, english.match(/^##+ /gm)?.length, 'sections');
    t.equal(chinese.match(/^\| /gm)?.length, english.match(/^\| /gm)?.length, 'rows of tables');
    t.strictSame(blocks(chinese), blocks(english), 'commands and files');
    t.strictSame(links(chinese), links(english), 'links');
    t.strictSame(new Set(spans(chinese)), new Set(spans(english)), 'code');
  });
}

t.test('a Chinese page leads to Chinese pages where there are any', async (t) => {
  const translated = pages.map(({ name }) => name);
  for (const { name, chinese } of pages) {
    const found = [...chinese.matchAll(/\]\((?:docs\/)?([\w-]+)\.md/g)].map(([, link]) => link);
    t.strictSame(
      found.filter((link) => link !== name && translated.includes(String(link))),
      [],
      name,
    );
  }
});

t.test('the libraries that are named are the ones of package.json, in its versions', async (t) => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const page = readFileSync(join(root, 'docs', 'architecture.md'), 'utf8');
  const rows = page.matchAll(/^\| `([\w@/-]+)` \| (\d+\.\d+\.\d+) \|/gm);
  t.strictSame(Object.fromEntries([...rows].map(([, name, version]) => [name, version])), {
    ...dependencies,
  });
});
