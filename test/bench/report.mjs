// Turns results into Markdown tables: medians, spreads, and each figure beside the bare pipe's.

import { ANSWERS, CALLERS, LAG_LIMIT_MS, SMALL } from './measures.mjs';
import { rows } from './rows.mjs';

const number = (value) => {
  if (value === null || Number.isNaN(value)) return '–';
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
};

/** `median (min–max)`, or a dash. */
function spread(summary) {
  if (summary === null) return '–';
  const { median, min, max } = summary;
  return min === max ? number(median) : `${number(median)} (${number(min)}–${number(max)})`;
}

function table(title, head, lines) {
  if (lines.length === 0) return '';
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'));
  const text = [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  return `### ${title}\n\n${text}\n`;
}

/** One line per row that has at least one figure. */
function linesOf(cellsOf) {
  return rows
    .map((row) => [row.title, ...cellsOf(row)])
    .filter((cells) => cells.slice(1).some((cell) => cell !== '–'));
}

function costTable(results, way) {
  const names = ANSWERS.map(({ events }) => `${way}-${events}`);
  return table(
    `CPU per event, ${way} (µs, user + system)`,
    ['', ...ANSWERS.flatMap(({ events }) => [`${events} events`, 'x pipe'])],
    linesOf(({ name, start }) =>
      names.flatMap((measure) => {
        if (start === null) return ['–', '–'];
        const ratio = results.ratio(name, 'pipe', measure, 'us');
        return [
          spread(results.of(name, measure, 'us')),
          ratio === null ? '–' : number(ratio.median),
        ];
      }),
    ),
  );
}

function firstTextTable(results) {
  return table(
    'Time to the first text (ms), callers at once',
    ['', ...CALLERS.flatMap((callers) => [`${callers}: p50`, `${callers}: p99`])],
    linesOf(({ name }) =>
      CALLERS.flatMap((callers) =>
        ['p50', 'p99'].map((figure) => spread(results.of(name, `first-${callers}`, figure))),
      ),
    ),
  );
}

function sizeTable(results) {
  return table(
    'One process',
    [
      '',
      `streams held (p99 lag < ${LAG_LIMIT_MS} ms)`,
      'memory idle (MB)',
      'memory per open stream (kB)',
      'start-up (ms)',
    ],
    linesOf(({ name }) => [
      spread(results.of(name, 'capacity', 'streams')),
      spread(results.of(name, 'memory', 'idleMB')),
      spread(results.of(name, 'memory', 'kilobytesEach')),
      spread(results.of(name, 'start-up', 'ms')),
    ]),
  );
}

function callTable(results) {
  const measures = [...SMALL.map((name) => `small-${name}`), 'embeddings'];
  return table(
    'Plain calls: per second (CPU µs each)',
    ['', ...SMALL.map((name) => `\`${name}\``), 'embeddings 64 x 2048'],
    linesOf(({ name }) =>
      measures.map((measure) => {
        const perSecond = results.of(name, measure, 'perSecond');
        const us = results.of(name, measure, 'us');
        if (perSecond === null) return '–';
        return `${number(perSecond.median)}${us === null ? '' : ` (${number(us.median)})`}`;
      }),
    ),
  );
}

function missing(results) {
  const reasons = rows
    .map(({ name, title }) => ({ title, reason: results.notRun(name) }))
    .filter(({ reason }) => reason !== null)
    .map(({ title, reason }) => `- ${title}: not run (${reason.split('\n')[0]})`);
  return reasons.length === 0 ? '' : `### Not run\n\n${reasons.join('\n')}\n`;
}

/** All tables as Markdown. */
export function tables(results) {
  const { date, cpu, memoryGB, kernel, node } = results.machine;
  return [
    `Measured ${date.slice(0, 10)} on ${cpu}, ${memoryGB} GB, Linux ${kernel}, Node ${node}.\n`,
    costTable(results, 'paced'),
    costTable(results, 'unpaced'),
    firstTextTable(results),
    sizeTable(results),
    callTable(results),
    missing(results),
  ]
    .filter((part) => part !== '')
    .join('\n');
}
