// `npm run simulate`: plays every scenario and writes the tables and the picture of docs/limits.md.

import { readFileSync, writeFileSync } from 'node:fs';
import { meanOf } from './figures.ts';
import { drawChart } from './plot.ts';
import { runScenario, type Scenario } from './run-scenario.ts';
import { mainScenarios, otherScenarios } from './scenarios.ts';
import { strategies } from './strategies.ts';
import { figuresTable, percent, type Row } from './tables.ts';

const SEEDS = [1, 2, 3, 4, 5];
const DOCUMENT = 'docs/limits.md';
const PICTURE = 'docs/limits.svg';
/** What the second table compares; the first has all. */
const SHORT_LIST = ['adaptive', 'plain retry, 8 more', 'fixed, right'];

function play(scenarios: readonly Scenario[], names: readonly string[]): Row[] {
  return scenarios.flatMap((scenario) => {
    console.error(scenario.name);
    return [...strategies]
      .filter(([strategy]) => names.includes(strategy))
      .map(([strategy, make]) => {
        const runs = SEEDS.map((seed) => runScenario(scenario, make, seed));
        return { scenario, strategy, figures: meanOf(runs) };
      });
  });
}

function draw(rows: readonly Row[]): string {
  const names = [...strategies.keys()];
  const values = (figure: (row: Row) => number) =>
    mainScenarios.map((scenario) => rows.filter((row) => row.scenario === scenario).map(figure));
  return drawChart({
    title: 'Replicas × callers on an account’s limit, calls of about one second',
    groups: mainScenarios.map(({ name }) => name),
    series: names,
    panels: [
      {
        title: 'Use of the account’s limit',
        ticks: [0, 0.2, 0.4, 0.6, 0.8, 1],
        format: (value) => percent(value, 0),
        values: values(({ figures }) => figures.use),
      },
      {
        title: 'Calls that were refused at least once',
        ticks: [0, 0.2, 0.4, 0.6, 0.8, 1],
        format: (value) => percent(value, 0),
        values: values(({ figures }) => figures.retried),
      },
      {
        title: 'Refusals by GLM for each completed call (logarithmic)',
        ticks: [0.001, 0.01, 0.1, 1, 10, 100, 1000],
        isLogarithmic: true,
        format: String,
        values: values(({ figures }) => figures.refusals),
      },
      {
        title: 'Calls that ended with an error for the caller',
        ticks: [0, 0.2, 0.4, 0.6, 0.8, 1],
        format: (value) => percent(value, 0),
        values: values(({ figures }) => figures.errors),
      },
    ],
  });
}

/** Puts `content` between the marks `name` of the document. */
function put(document: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [before, rest] = document.split(start);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${DOCUMENT} has no ${start}`);
  return `${before}${start}\n${content}\n${end}${after}`;
}

const main = play(mainScenarios, [...strategies.keys()]);
const others = play(otherScenarios, SHORT_LIST);
let document = readFileSync(DOCUMENT, 'utf8');
document = put(document, 'main figures', figuresTable(main));
document = put(document, 'other figures', figuresTable(others));
writeFileSync(DOCUMENT, document);
writeFileSync(PICTURE, draw(main));
console.error(`written: ${DOCUMENT}, ${PICTURE}`);
