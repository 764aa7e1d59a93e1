// Writes figures as Markdown tables.

import type { Figures } from './figures.ts';
import type { Scenario } from './run-scenario.ts';

/** The figures of one strategy in one scenario. */
export interface Row {
  readonly scenario: Scenario;
  readonly strategy: string;
  readonly figures: Figures;
}

interface Column {
  readonly head: string;
  readonly cell: (row: Row) => string;
}

/** A share as a percentage. */
export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

/** Fairness means equal numbers of calls only where all replicas want the same. */
function fairness({ scenario, figures }: Row): string {
  return typeof scenario.callers === 'number' ? figures.fairness.toFixed(3) : '–';
}

function recovery({ scenario, figures: { recoveredMs } }: Row): string {
  if (scenario.change === undefined) return '–';
  return recoveredMs === null ? 'never' : seconds(recoveredMs);
}

const columns: readonly Column[] = [
  { head: 'replicas × callers', cell: ({ scenario }) => scenario.name },
  { head: 'strategy', cell: ({ strategy }) => strategy },
  { head: 'use', cell: ({ figures }) => percent(figures.use) },
  { head: 'fairness', cell: fairness },
  { head: 'retried', cell: ({ figures }) => percent(figures.retried) },
  { head: 'refusals per call', cell: ({ figures }) => figures.refusals.toFixed(3) },
  { head: 'median wait', cell: ({ figures }) => seconds(figures.waitP50) },
  { head: '99 % wait', cell: ({ figures }) => seconds(figures.waitP99) },
  { head: 'errors', cell: ({ figures }) => percent(figures.errors) },
];

const recoveryColumn: Column = { head: 'used again after', cell: recovery };

/** All figures, one line per row; with how soon the limit was used again after a change, if any. */
export function figuresTable(rows: readonly Row[]): string {
  const isChanged = rows.some(({ scenario }) => scenario.change !== undefined);
  const shown = isChanged ? [...columns, recoveryColumn] : columns;
  const lines = [
    shown.map(({ head }) => head),
    shown.map((_, index) => (index < 2 ? '---' : '--:')),
    ...rows.map((row) => shown.map(({ cell }) => cell(row))),
  ];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}
