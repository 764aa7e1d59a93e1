// `npm run simulate`: plays all weather in virtual time and writes the tables of docs/limits.md.

import { readFileSync, writeFileSync } from 'node:fs';
import { contestCells, contests, outcomeCells, scenarios } from './scenarios.ts';
import { compete, fixedLimit, ours, plainRetry, play, type Strategy } from './weather.ts';

const SEEDS = [1, 2, 3, 4, 5];
const DOCUMENT = 'docs/limits.md';

/** What `LIMIT_WORKER_CONCURRENCY` says in the jobs: as many as there are callers, or nothing. */
const ASKED = 20;
const AUTO = { max: 256, start: 5 } as const;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

async function weatherTable(): Promise<string> {
  const rows: string[][] = [];
  for (const { weather, job, fixed } of scenarios) {
    console.error(weather.name);
    const strategies: readonly (readonly [name: string, strategy: Strategy])[] = [
      ['worker', ours(ASKED)],
      ['worker, auto', ours(AUTO.max, AUTO.start)],
      ['plain retry', plainRetry],
      [`fixed at ${fixed}`, fixedLimit(fixed)],
    ];
    for (const [name, strategy] of strategies) {
      const runs = [];
      for (const seed of SEEDS) runs.push(await play(weather, job, strategy, seed));
      rows.push([weather.name, name, ...outcomeCells(runs)]);
    }
  }
  return table(['weather', 'who asks', 'time', 'errors', 'requests per answer'], rows);
}

async function contestTable(): Promise<string> {
  const rows: string[][] = [];
  for (const { name, plan } of contests) {
    console.error(name);
    for (const [who, strategy] of [
      ['worker', ours(50)],
      ['worker, auto', ours(AUTO.max, AUTO.start)],
      ['plain retry', plainRetry],
    ] as const) {
      const weather = { name, limit: () => plan.limit };
      const runs = [];
      for (const seed of SEEDS.slice(0, 2)) runs.push(await compete(weather, plan, strategy, seed));
      rows.push([name, who, ...contestCells(runs)]);
    }
  }
  return table(
    ['replicas × callers', 'who asks', 'use', 'Jain', 'refusals per answer', 'errors'],
    rows,
  );
}

/** Puts `content` between the marks `name` of the document. */
function put(document: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [before, rest] = document.split(start);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${DOCUMENT} has no ${start}`);
  return `${before}${start}\n${content}\n${end}${after}`;
}

let document = readFileSync(DOCUMENT, 'utf8');
document = put(document, 'weather', await weatherTable());
document = put(document, 'contests', await contestTable());
writeFileSync(DOCUMENT, document);
console.error(`written: ${DOCUMENT}`);
