// The pictures of the benchmark: how each figure grows with its load.

import { drawCurves } from './curves.mjs';
import { ANSWERS, CALLERS, INTERVALS, LAG_LIMIT_MS } from './measures.mjs';
import { rows } from './rows.mjs';

/** The medians of one figure over several measures, as points; what was not measured is left out. */
function medians(results, row, over) {
  return over
    .map(([x, measure, figure]) => [x, results.of(row, measure, figure)?.median])
    .filter(([, y]) => typeof y === 'number' && y > 0);
}

/** A curve for each row that has at least two points. */
function seriesOf(pointsOf) {
  return rows
    .map((row) => ({ name: row.short, points: pointsOf(row) }))
    .filter(({ points }) => points.length > 1);
}

function costPicture(results, way) {
  return {
    title: `CPU per event, ${way}`,
    xLabel: 'events of an answer',
    yLabel: 'µs of the process, user + system',
    series: seriesOf(({ name, start }) =>
      start === null
        ? []
        : medians(
            results,
            name,
            ANSWERS.map(({ events }) => [events, `${way}-${events}`, 'us']),
          ),
    ),
  };
}

function firstTextPicture(results) {
  return {
    title: 'Time to the first text, median',
    xLabel: 'callers at once',
    yLabel: 'ms',
    series: seriesOf(({ name }) =>
      medians(
        results,
        name,
        CALLERS.map((callers) => [callers, `first-${callers}`, 'p50']),
      ),
    ),
  };
}

function lagPicture(results) {
  return {
    title: `Frame lag, p99, up to the level that is over ${LAG_LIMIT_MS} ms`,
    xLabel: 'streams at once, 20 events/s each',
    yLabel: 'ms',
    series: seriesOf(({ name }) => {
      const [levels] = results.values(name, 'capacity', 'levels');
      return (levels ?? [])
        .filter(({ lagP99 }) => lagP99 > 0)
        .map(({ level, lagP99 }) => [level, lagP99]);
    }),
  };
}

function intervalPicture(results) {
  const points = (figure) =>
    medians(
      results,
      'ours',
      INTERVALS.map((ms) => [Math.max(ms, 5), `interval-${ms}`, figure]),
    );
  return {
    title: 'glm-worker over STREAM_INTERVAL, an answer of 1,500 events, 100 events/s',
    xLabel: 'STREAM_INTERVAL in ms (5 stands for 0)',
    yLabel: 'per event',
    series: [
      { name: 'CPU, µs', points: points('us') },
      { name: 'bytes to the caller', points: points('bytesPerEvent') },
    ],
  };
}

/** `[file name, SVG]` of each picture that has something to show. */
export function pictures(results) {
  return [
    ['bench-paced.svg', costPicture(results, 'paced')],
    ['bench-unpaced.svg', costPicture(results, 'unpaced')],
    ['bench-first-text.svg', firstTextPicture(results)],
    ['bench-lag.svg', lagPicture(results)],
    ['bench-interval.svg', intervalPicture(results)],
  ]
    .filter(([, { series }]) => series.some(({ points }) => points.length > 1))
    .map(([file, chart]) => [file, drawCurves(chart)]);
}
