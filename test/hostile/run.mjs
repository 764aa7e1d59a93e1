// Attacks the built worker, which has a heap of 256 MB, with honest streams beside: who notices what?
//
//   npm run test:hostile              all of it, some minutes
//   npm run test:hostile -- prompts   the files whose name has this word
//
// Needed: Node, Python for its HTTP clients, and Linux for what it tells of a process. A table of what was measured comes last but
// for the line that counts the tests. TEST_SEED brings back the random pieces of another run.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonEnvironment } from '../conformance/environment.mjs';
import { build } from '../support/build.mjs';
import { runFiles } from '../support/run-files.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const say = (line) => process.stdout.write(`${line}\n`);

/** The lines of the table, in columns. */
const tableOf = (rows) => {
  const head = [
    'attack',
    'answer',
    'gap before, ms',
    'gap past the worker, ms',
    'gap, ms',
    'heap, MB',
    'rss, MB',
    'descriptors',
  ];
  const cells = rows.map(({ name, answer, usual, past, gap, heap, rss, before, after }) => [
    ...[name, answer, usual.toFixed(0), past.toFixed(0), gap.toFixed(0)],
    ...[heap, rss, `${before} → ${after}`],
  ]);
  const lines = [head, ...cells].map((line) => line.map(String));
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column])).join(' | '));
};

const wanted = process.argv.slice(2);
const names = readdirSync(here).filter((name) => name.endsWith('.hostile.ts'));
const chosen = names.filter(
  (name) => wanted.length === 0 || wanted.some((one) => name.includes(one)),
);
const folder = mkdtempSync(join(tmpdir(), 'glm-worker-hostile-'));
const table = join(folder, 'table.jsonl');
writeFileSync(table, '');
let counts = { passed: 0, failed: 1 };
try {
  build();
  const home = join(here, '../../.tap/hostile');
  mkdirSync(home, { recursive: true });
  const python = process.env.PYTHON || 'python3';
  const callers = await pythonEnvironment({ name: 'httpx', python, suite: here, home, say });
  counts = await runFiles({
    files: chosen.map((name) => `test/hostile/${name}`),
    env: { HOSTILE_TABLE: table, HOSTILE_PYTHON: callers },
    // One at a time, so that attacks do not look like each other's gaps.
    jobs: 1,
    seconds: 900,
    behaviours: true,
    say,
  });
  const rows = readFileSync(table, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  for (const line of tableOf(rows)) say(line);
} catch (error) {
  say(error.message);
} finally {
  rmSync(folder, { recursive: true });
}
say(`seed ${process.env.TEST_SEED ?? 'default'}`);
say(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
