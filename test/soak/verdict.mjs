// What has to hold after a soak; each figure is printed, kept or broken.

/** Share of the samples in which a new process finds its size. */
const WARM_UP = 0.4;
/** Growth after that which is noise, in MB over the rest of the run. */
const GROWTH_LIMIT_MB = 25;
/** Open files that the runtime may keep for itself (a timer, a random source). */
const FDS_LIMIT = 3;

/** Checks the figures, prints them, and gives back what is wrong. */
export function verdict({ held, ledger, broken, open, memory, fds, errors, ended }) {
  const warm = memory.slice(Math.floor(memory.length * WARM_UP));
  const slope = slopeOf(warm);
  const growth = slope * warm.length;
  const { begun, finished, cancelled, failed, inFlight } = ledger;
  const sum = finished + cancelled + failed;
  const rss = `${Math.min(...warm)} to ${Math.max(...warm)} MB`;
  const checks = [
    ['places held', held, held === 0],
    ['callers without an end', open, open === 0],
    ['replies that broke a rule', broken.length, broken.length === 0],
    ['requests at GLM without an end', inFlight, inFlight === 0],
    ['begun at GLM, and ended', `${begun}, ${sum}`, begun === sum],
    ['resident memory after the warm-up', rss, true],
    ['its slope, MB a minute', (slope * 60).toFixed(2), growth < GROWTH_LIMIT_MB],
    [
      'open files at the start and the end',
      `${fds.start}, ${fds.end}`,
      fds.end <= fds.start + FDS_LIMIT,
    ],
    ['alarms in the output', errors.length, errors.length === 0],
    ['exit code', ended.code, ended.code === 0],
    ['seconds from SIGTERM to the end', ended.seconds.toFixed(1), ended.seconds < 10],
  ];
  for (const [name, value] of checks) console.log(`${name.padEnd(38)} ${value}`);
  return [
    ...checks.filter(([, , good]) => !good).map(([name, value]) => `${name}: ${value}`),
    ...broken,
    ...errors.slice(0, 10),
  ];
}

/** Least squares slope of samples taken once a second. */
function slopeOf(samples) {
  const middle = (samples.length - 1) / 2;
  const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
  let above = 0;
  let below = 0;
  for (const [index, value] of samples.entries()) {
    above += (index - middle) * (value - mean);
    below += (index - middle) ** 2;
  }
  return below === 0 ? 0 : above / below;
}
