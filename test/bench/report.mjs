// Turns results into Markdown tables: medians, spreads, and each figure beside the bare pipe's.

import { ANSWERS, CALLERS, INTERVALS, LAG_LIMIT_MS } from './measures.mjs';
import { rows } from './rows.mjs';
import { SMALL } from './small-endpoints.mjs';

const number = (value) => {
  if (value === null || Number.isNaN(value)) return '–';
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
};

/** `median (min–max)`, the median alone, or a dash. */
function spread(summary, withEnds = true) {
  if (summary === null) return '–';
  const { median, min, max } = summary;
  return min === max || !withEnds
    ? number(median)
    : `${number(median)} (${number(min)}–${number(max)})`;
}

function table(title, head, lines) {
  if (lines.length === 0) return '';
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'));
  const text = [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  return title === '' ? `${text}\n` : `### ${title}\n\n${text}\n`;
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

/** Such as `12.3 MB`; a dash when it is not known. */
function megabytes(bytes) {
  return bytes === undefined ? '–' : number(bytes / 2 ** 20);
}

function intervalTable(results) {
  return table(
    'glm-worker over `STREAM_INTERVAL`: 20 answers of 1,500 events, 100 events/s each',
    [
      'ms',
      'CPU per event (µs)',
      'bytes per event',
      'bytes of an answer (MB)',
      'lag p50 (ms)',
      'lag p99 (ms)',
    ],
    INTERVALS.map((ms) => {
      const of = (figure) => results.of('ours', `interval-${ms}`, figure);
      const bytes = of('bytesPerEvent');
      return [
        String(ms),
        ...[of('us'), bytes].map((figures) => spread(figures)),
        bytes === null ? '–' : number((bytes.median * 1500) / 1e6),
        ...[of('lagP50'), of('lagP99')].map((figures) => spread(figures)),
      ];
    }).filter((cells) => cells.slice(1).some((cell) => cell !== '–')),
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
      'installed (MB)',
    ],
    linesOf(({ name }) => [
      spread(results.of(name, 'capacity', 'streams')),
      spread(results.of(name, 'memory', 'idleMB')),
      spread(results.of(name, 'memory', 'kilobytesEach')),
      spread(results.of(name, 'start-up', 'ms')),
      megabytes(results.noteOf(name)?.installed),
    ]),
  );
}

/** `per second (µs of CPU each)`, or a dash. */
function rate(results, name, measure) {
  const perSecond = results.of(name, measure, 'perSecond');
  const us = results.of(name, measure, 'us');
  if (perSecond === null) return '–';
  return `${number(perSecond.median)}${us === null ? '' : ` (${number(us.median)})`}`;
}

function smallTable(results) {
  return table(
    'Small endpoints: calls per second (CPU µs each), a connection for each call / kept connections',
    ['', ...SMALL.map((name) => `\`${name}\``)],
    linesOf(({ name }) =>
      SMALL.map((endpoint) => {
        const cells = ['small', 'kept'].map((way) => rate(results, name, `${way}-${endpoint}`));
        return cells.every((cell) => cell === '–') ? '–' : cells.join(' / ');
      }),
    ),
  );
}

function embeddingTable(results) {
  return table(
    'Embeddings of 64 texts, 2,048 numbers each: calls per second (CPU µs each)',
    ['', 'calls per second'],
    linesOf(({ name }) => [rate(results, name, 'embeddings')]),
  );
}

function versions(results) {
  const known = rows
    .map(({ name, title }) => ({ title, version: results.noteOf(name)?.version }))
    .filter(({ version }) => version !== undefined)
    .map(({ title, version }) => `${title} ${version}`);
  return known.length === 0 ? '' : `Versions: ${known.join('; ')}.\n`;
}

/** The few figures that most readers want, beside those of the pipe. */
export function summaryTable(results) {
  const cell = (name, measure, figure) => spread(results.of(name, measure, figure), false);
  const head = [
    '',
    'CPU per event, paced (µs)',
    'unpaced (µs)',
    'first text, 50 callers (ms)',
    'streams held',
    'memory per stream (kB)',
    'start-up (ms)',
  ];
  const lines = rows
    .filter(({ inSummary }) => inSummary)
    .map(({ name, title }) => [
      title,
      cell(name, 'paced-1500', 'us'),
      cell(name, 'unpaced-1500', 'us'),
      cell(name, 'first-50', 'p50'),
      cell(name, 'capacity', 'streams'),
      cell(name, 'memory', 'kilobytesEach'),
      cell(name, 'start-up', 'ms'),
    ])
    .filter((cells) => cells.slice(1).some((one) => one !== '–'));
  return table('', head, lines);
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
    intervalTable(results),
    firstTextTable(results),
    sizeTable(results),
    smallTable(results),
    embeddingTable(results),
    versions(results),
    missing(results),
  ]
    .filter((part) => part !== '')
    .join('\n');
}
