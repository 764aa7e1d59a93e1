// The sources as text: their imports, their code without comments and strings, and parts of pages.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './root.ts';

const SOURCES = join(root, 'src');

export interface SourceFile {
  /** Path below `src`, such as `http/server.ts`. */
  readonly path: string;
  /** The folder below `src`, or the file's own name at the top. */
  readonly part: string;
  readonly text: string;
  /** The text without comments and strings. */
  readonly code: string;
  /** Paths below `src` of what it imports, static, dynamic and types alike. */
  readonly files: readonly string[];
  /** Packages it imports, Node's own left out. */
  readonly packages: readonly string[];
}

const IMPORTS = [
  /^(?:import|export)\s[^'"]*?\bfrom\s+'([^']+)'/gm,
  /^import\s+'([^']+)'/gm,
  /\bimport\('([^']+)'\)/g,
];

const NOT_CODE =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;

/** Every TypeScript file below `src`. */
export function sourceFiles(): readonly SourceFile[] {
  const names = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map(readSource);
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(SOURCES, path), 'utf8');
  const imported = IMPORTS.flatMap((form) =>
    [...text.matchAll(form)].map((match) => String(match[1])),
  );
  const ours = imported.filter((name) => name.startsWith('.'));
  const others = imported.filter((name) => !name.startsWith('.') && !name.startsWith('node:'));
  return {
    path,
    part: String(path.split('/')[0]),
    text,
    code: text.replace(NOT_CODE, "''"),
    files: ours.map((name) => relative(SOURCES, join(SOURCES, dirname(path), name))),
    packages: others,
  };
}

/** What a page of the project has between `<!-- name -->` and `<!-- /name -->`, trimmed. */
export function pagePart(path: string, name: string): string {
  const text = readFileSync(join(root, path), 'utf8');
  const [, part] = new RegExp(`<!-- ${name} -->(.*)<!-- /${name} -->`, 's').exec(text) ?? [];
  if (part === undefined) throw new Error(`${path} has no part ${name}`);
  return part.trim();
}
