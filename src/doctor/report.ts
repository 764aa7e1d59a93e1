// What `doctor` prints: a line for each check with the remedy below it, or all of it as JSON.

import { styleText } from 'node:util';
import type { Status } from './check.ts';
import type { Finding } from './run-checks.ts';

/** How many checks ended in which way. */
export type Counts = Readonly<Record<Status, number>>;

const WORDS: Readonly<Record<Status, string>> = {
  ok: 'ok',
  warn: 'warn',
  fail: 'FAIL',
  skip: 'skip',
};

const COLOURS = { ok: 'green', warn: 'yellow', fail: 'red', skip: 'gray' } as const;

/** The longest word for what came of a check, and the longest id. */
const WIDTHS = { word: 4, id: 10 };

/** The lines of one check. */
export function textOf(finding: Finding, colours: boolean): string {
  const { status, id, found, ms, remedy, details } = finding;
  const word = WORDS[status].padEnd(WIDTHS.word);
  const shown = colours ? styleText(COLOURS[status], word, { validateStream: false }) : word;
  const lines = [
    `${shown}  ${id.padEnd(WIDTHS.id)}  ${found}  (${ms} ms)`,
    ...details.map((line) => `        ${line}`),
    ...remedy.map((line) => `      -> ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

export function countsOf(findings: readonly Finding[]): Counts {
  const count = (status: Status) => findings.filter((one) => one.status === status).length;
  return { ok: count('ok'), warn: count('warn'), fail: count('fail'), skip: count('skip') };
}

/** The last line. */
export function totalOf({ ok, warn, fail, skip }: Counts): string {
  return `${ok} ok, ${warn} warn, ${fail} FAIL, ${skip} skip\n`;
}

/** Everything at once, for programs. */
export function jsonOf(findings: readonly Finding[], version: string): string {
  return `${JSON.stringify({ version, counts: countsOf(findings), checks: findings }, null, 2)}\n`;
}
