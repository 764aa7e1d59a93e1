// What is measured of each row, and how: every measure gives back plain numbers for one round.

import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMicroseconds, memoryBytes, processTree } from './process-tree.mjs';
import { SMALL } from './small-endpoints.mjs';

/** Events of an answer whose costs are compared, and the load each is measured under. */
export const ANSWERS = [
  { events: 300, unpacedCallers: 32, period: 25, pacedCallers: 50 },
  { events: 1500, unpacedCallers: 16, period: 3, pacedCallers: 6 },
  { events: 4000, unpacedCallers: 8, period: 2, pacedCallers: 4 },
];

/** Callers at once for which the time to the first text is measured. */
export const CALLERS = [1, 50, 200];

/** Values of STREAM_INTERVAL that are compared, in milliseconds. */
export const INTERVALS = [0, 20, 50, 100, 200];

/** Streams at once that are tried one after the other, until frames come too late. */
const LEVELS = [25, 50, 100, 150, 200, 300, 400, 500, 600, 800, 1000, 1200, 1400, 1700, 2000, 2500];

/** A frame that comes later than this is late, in milliseconds. */
export const LAG_LIMIT_MS = 100;

/**
 * What an open stream takes is seen between so many and so many more: the first ones mostly make the
 * heap grow to the size that any load would give it.
 */
const OPEN_STREAMS = { first: 400, more: 800 };

/** Processor time of a subject and of the two helpers over `work`. */
async function withCpu({ child }, { upstream, driver }, work) {
  const used = () =>
    [child === null ? [] : processTree(child.pid), [driver.pid], [upstream.pid]].map(
      cpuMicroseconds,
    );
  const before = used();
  const result = await work();
  const [cpu, driverCpu, upstreamCpu] = used().map((after, index) => after - before[index]);
  return { ...result, cpu, driverCpu, upstreamCpu };
}

/** Runs streams and tells what each event cost. */
async function costPerEvent(subject, tools, { events, period, callers, forMs, lag }) {
  const { port, row } = subject;
  const call = row.callOf({ events, period });
  const spread = period * callers > 0 ? Math.min(period * callers, 1000) : 0;
  const load = { port, call, callers, forMs, spreadMs: spread, lag };
  const result = await withCpu(subject, tools, () => tools.ask('load', load));
  const total = result.streams * events;
  return {
    us: subject.child === null ? null : result.cpu / total,
    driverUs: result.driverCpu / total,
    upstreamUs: result.upstreamCpu / total,
    bytesPerEvent: result.bytes / total,
    eventsPerSecond: total / (result.wallMs / 1000),
    streams: result.streams,
    failed: result.failed,
    lagP50: result.lagP50,
    lagP99: result.lagP99,
  };
}

/** Lets a fresh process compile what it runs often: most callers meet a process that is warm. */
export async function warmUp({ port, row }, { ask }) {
  const deadline = performance.now() + 8000;
  const quick = row.callOf({ events: 20, period: 0 });
  for (let streams = 0; streams < 4000 && performance.now() < deadline; ) {
    streams += (await ask('load', { port, call: quick, callers: 32, forMs: 500 })).streams;
  }
  const paced = row.callOf({ events: 60, period: 20 });
  await ask('load', { port, call: paced, callers: 40, forMs: 1000, spreadMs: 200 });
}

const unpaced = ANSWERS.map(({ events, unpacedCallers }) => ({
  name: `unpaced-${events}`,
  quick: true,
  rounds: 3,
  run: (subject, tools) =>
    costPerEvent(subject, tools, { events, period: 0, callers: unpacedCallers, forMs: 2000 }),
}));

const paced = ANSWERS.map(({ events, period, pacedCallers }) => ({
  name: `paced-${events}`,
  quick: true,
  rounds: 3,
  run: (subject, tools) =>
    costPerEvent(subject, tools, {
      events,
      period,
      callers: pacedCallers,
      // Each caller asks once.
      forMs: 1,
    }),
}));

/** What the caller gains and loses by fewer frames; a process of its own for each interval. */
const intervals = INTERVALS.map((ms) => ({
  name: `interval-${ms}`,
  only: 'ours',
  flags: ['--stream-interval', String(ms)],
  fresh: true,
  warm: true,
  rounds: 1,
  run: (subject, tools) =>
    costPerEvent(subject, tools, { events: 1500, period: 10, callers: 20, forMs: 1, lag: true }),
}));

const firstText = CALLERS.map((callers) => ({
  name: `first-${callers}`,
  quick: callers === 1,
  rounds: 3,
  async run({ port, row }, { ask }) {
    // One caller alone waits for each answer, many overlap as they do in life.
    const plan = callers === 1 ? { events: 2, period: 0 } : { events: 20, period: 25 };
    const spreadMs = callers === 1 ? 0 : 500;
    const everyMs = callers === 1 ? 40 : 0;
    const load = { port, call: row.callOf(plan), callers, forMs: 3000, spreadMs, everyMs };
    const { firstP50, firstP99, firsts, failed } = await ask('load', load);
    return { p50: firstP50, p99: firstP99, firsts, failed };
  },
}));

const capacity = {
  name: 'capacity',
  fresh: true,
  warm: true,
  rounds: 1,
  async run({ port, row }, { ask }) {
    const { levels } = await ask('ramp', {
      port,
      call: row.callOf({ events: 300, period: 50 }),
      levels: LEVELS,
      settleMs: 1500,
      measureMs: 2000,
      limitMs: LAG_LIMIT_MS,
    });
    const held = levels.filter(({ passed }) => passed);
    return { streams: Math.max(0, ...held.map(({ level }) => level)), levels };
  },
};

const memory = {
  name: 'memory',
  fresh: true,
  needsProcess: true,
  rounds: 2,
  async run({ port, row, child }, { ask }) {
    const call = row.callOf({ events: 50, period: 20, hold: true });
    const used = () => memoryBytes(processTree(child.pid));
    await ask('hold', { port, call, count: 20, perSecond: 100 });
    await sleep(1500);
    const idle = used();
    await ask('hold', { port, call, count: OPEN_STREAMS.first, perSecond: 200 });
    await sleep(2500);
    const before = used();
    await ask('hold', { port, call, count: OPEN_STREAMS.more, perSecond: 200 });
    await sleep(2500);
    const each = (used() - before) / OPEN_STREAMS.more;
    const { open } = await ask('release', {});
    return { idleMB: idle / 2 ** 20, kilobytesEach: each / 1024, open };
  },
};

/** Asks one of them for a second, each call on a connection of its own or all on `kept` ones. */
async function askSmall(endpoint, kept, subject, tools) {
  const { prompt } = subject.row.callOf({ events: 1, period: 0 }).body;
  const body = endpoint === 'worker_get_status' ? '' : { model: 'zhipu-api', prompt };
  const call = { path: `/${endpoint}`, body };
  const options = { port: subject.port, call, callers: 16, forMs: 1000, kept };
  const result = await withCpu(subject, tools, () => tools.ask('calls', options));
  return {
    perSecond: result.calls / (result.wallMs / 1000),
    us: result.cpu / result.calls,
    failed: result.failed,
  };
}

const small = SMALL.flatMap((endpoint) =>
  [false, true].map((kept) => ({
    name: `${kept ? 'kept' : 'small'}-${endpoint}`,
    form: 'worker',
    rounds: 3,
    run: (subject, tools) => askSmall(endpoint, kept, subject, tools),
  })),
);

const embeddings = {
  name: 'embeddings',
  rounds: 3,
  async run(subject, tools) {
    const call = subject.row.embeddingCall;
    if (call === undefined) return {};
    const options = { port: subject.port, call, callers: 4, forMs: 2000, least: 500_000 };
    const result = await withCpu(subject, tools, () => tools.ask('calls', options));
    return {
      perSecond: result.calls / (result.wallMs / 1000),
      us: subject.child === null ? null : result.cpu / result.calls,
      failed: result.failed,
    };
  },
};

const startUp = {
  name: 'start-up',
  quick: true,
  fresh: true,
  needsProcess: true,
  rounds: 3,
  run: async ({ readyMs }) => ({ ms: readyMs }),
};

export const measures = [
  startUp,
  ...unpaced,
  ...paced,
  ...intervals,
  ...firstText,
  ...small,
  embeddings,
  capacity,
  memory,
];
