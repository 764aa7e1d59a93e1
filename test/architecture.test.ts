// Who may import whom, and the few rules that every source file keeps.

import t from 'tap';
import { pagePart, type SourceFile, sourceFiles } from './support/source-files.ts';

/** A part of `src`: other parts it may import, and packages. */
type Row = readonly [part: string, ours: readonly string[], packages: readonly string[]];

/** From the bottom to the top. docs/architecture.md shows the same table. */
const TABLE: readonly Row[] = [
  ['lib', [], []],
  ['model', [], []],
  ['config', ['lib'], ['zod', 'jsonc-parser']],
  ['sandbox', [], ['zod']],
  ['failure', ['model'], []],
  ['upstream', ['model', 'lib'], ['undici', 'eventsource-parser']],
  ['tokens', ['model', 'lib'], []],
  ['schema', ['failure'], ['zod']],
  ['fastchat', ['failure', 'model', 'schema', 'lib'], ['zod']],
  ['openai', ['failure', 'model', 'schema', 'lib'], ['zod']],
  ['admission', ['failure', 'model', 'lib'], []],
  ['glm', ['upstream', 'model', 'lib'], ['undici', 'jose', 'zod']],
  ['worker', ['admission', 'tokens', 'failure', 'model', 'lib'], []],
  ['controller', ['fastchat', 'lib'], ['undici', 'zod']],
  [
    'telemetry',
    ['worker', 'admission', 'failure', 'model', 'lib'],
    ['pino', 'prom-client', 'zod', '@opentelemetry/api', '@opentelemetry/sdk-node'],
  ],
  [
    'http',
    ['worker', 'telemetry', 'fastchat', 'openai', 'schema', 'failure', 'model', 'lib'],
    ['fastify', 'pino', 'zod'],
  ],
  [
    'app',
    [
      ...['config', 'http', 'controller', 'telemetry', 'glm', 'upstream', 'worker', 'admission'],
      ...['tokens', 'fastchat', 'failure', 'model', 'lib'],
    ],
    ['fastify', 'pino', 'undici'],
  ],
  [
    'doctor',
    [
      ...['app', 'config', 'http', 'controller', 'telemetry', 'glm', 'upstream', 'worker'],
      ...['admission', 'failure', 'model', 'lib'],
    ],
    ['undici', 'zod'],
  ],
  [
    'commands',
    ['app', 'doctor', 'config', 'sandbox', 'telemetry'],
    ['undici', 'eventsource-parser', 'zod', 'pino'],
  ],
  ['cli.ts', ['commands', 'telemetry'], []],
];

const LINES_LIMIT = 300;

const files = sourceFiles();

function pathsOf(some: readonly SourceFile[]): string[] {
  return some.map(({ path }) => path);
}

/** The other parts that a file imports. */
function importedParts({ part, files: imported }: SourceFile): string[] {
  return imported.map((file) => String(file.split('/')[0])).filter((one) => one !== part);
}

/** The table as Markdown. */
function importsTable(): string {
  const cell = (names: readonly string[]) =>
    names.length === 0 ? '–' : names.map((name) => `\`${name}\``).join(', ');
  const rows = TABLE.map(
    ([part, ours, packages]) => `| \`${part}\` | ${cell(ours)} | ${cell(packages)} |`,
  );
  return ['| part | may import | packages |', '|---|---|---|', ...rows].join('\n');
}

t.test('the table has every part of the sources', async (t) => {
  const parts = new Set(files.map(({ part }) => part));
  t.strictSame(TABLE.map(([part]) => part).sort(), [...parts].sort());
});

t.test('every import is one of the table', async (t) => {
  const table = new Map(TABLE.map(([part, ours, packages]) => [part, { ours, packages }]));
  for (const file of files) {
    const { path, part, packages } = file;
    const row = table.get(part);
    t.strictSame(
      importedParts(file).filter((one) => !row?.ours.includes(one)),
      [],
      `${path}: ours`,
    );
    t.strictSame(
      packages.filter((one) => !row?.packages.includes(one)),
      [],
      `${path}: packages`,
    );
  }
});

t.test('the table allows nothing that nobody needs', async (t) => {
  for (const [part, ours, packages] of TABLE) {
    const own = files.filter((file) => file.part === part);
    const used = new Set(own.flatMap(importedParts));
    t.strictSame([...ours].sort(), [...used].sort(), `${part}: ours`);
    const usedPackages = new Set(own.flatMap((file) => file.packages));
    t.strictSame([...packages].sort(), [...usedPackages].sort(), `${part}: packages`);
  }
});

t.test('every file that is imported is there, by its own ending', async (t) => {
  const paths = new Set(files.map(({ path }) => path));
  for (const { path, files: imported } of files) {
    t.strictSame(
      imported.filter((file) => !paths.has(file)),
      [],
      path,
    );
  }
});

t.test('no file imports itself by any way round', async (t) => {
  const imports = new Map(files.map((file) => [file.path, file.files]));
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]) => {
    if (way.includes(path)) t.fail(`a cycle: ${[...way, path].join(' -> ')}`);
    else if (!done.has(path))
      for (const next of imports.get(path) ?? []) visit(next, [...way, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  t.equal(done.size, files.length);
});

t.test('the page about the architecture shows the table of this test', async (t) => {
  t.equal(pagePart('docs/architecture.md', 'imports'), importsTable());
});

t.test('every file begins with a comment that says why it exists', async (t) => {
  const silent = files.filter(({ text }) => !/^(#!.*\n)?\/\/ .{20}/.test(text));
  t.strictSame(pathsOf(silent), []);
});

t.test('no file is longer than can be read at once', async (t) => {
  const long = files.filter(({ text }) => text.split('\n').length - 1 > LINES_LIMIT);
  t.strictSame(pathsOf(long), []);
});

t.test('the process is touched at its edge only', async (t) => {
  const touching = files.filter(({ code }) => /\bprocess\s*[.[]|\bconsole\s*\./.test(code));
  t.strictSame(pathsOf(touching), ['cli.ts']);
});

t.test('nothing is of type any', async (t) => {
  // AbortSignal.any and its like are calls, not types.
  const typed = files.filter(({ code }) => /(?<![.\w])any\b/.test(code));
  t.strictSame(pathsOf(typed), []);
});
