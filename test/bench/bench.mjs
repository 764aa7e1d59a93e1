// `npm run bench`: measures glm-worker beside its peers, in alternating rounds, and writes the tables.
//   --quick          pipe, ours and the naive worker only, one round (3 minutes)
//   --only A,B       these rows only;  --measures A,B  only measures whose names begin so
//   --rounds N       instead of each measure's own number
//   --resume         keeps what the last run of the same kind has measured already
//   --publish        writes tables, pictures and medians into docs/
// The parts: rows.mjs (who), measures.mjs (what), upstream.mjs and driver.mjs (the fake GLM and the
// load, each a process of its own), results.mjs (what is kept), report.mjs (tables), plots.mjs
// (pictures), publish.mjs (where they go). It needs Linux, because it reads /proc.

import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { scriptFlags } from '../support/flags.mjs';
import { forkHelper, freePort, listening, startProcess, stopProcess } from './children.mjs';
import { askedBy } from './helper-ask.mjs';
import { measures, warmUp } from './measures.mjs';
import { publish } from './publish.mjs';
import { tables } from './report.mjs';
import { Results } from './results.mjs';
import { rows } from './rows.mjs';

const home = fileURLToPath(new URL('../../.bench/', import.meta.url));
const flags = scriptFlags(import.meta.url, {
  quick: { type: 'boolean', default: false },
  resume: { type: 'boolean', default: false },
  only: { type: 'string', default: '' },
  measures: { type: 'string', default: '' },
  rounds: { type: 'string', default: '' },
  publish: { type: 'boolean', default: false },
});

const began = performance.now();
const say = (text) =>
  console.error(`${String(Math.round((performance.now() - began) / 1000)).padStart(5)} s  ${text}`);
const listOf = (flag) => flag.split(',').filter((one) => one !== '');

/** The helper processes, and how the driver is asked. */
async function startTools() {
  const upstream = await forkHelper(new URL('upstream.mjs', import.meta.url));
  const driver = await forkHelper(new URL('driver.mjs', import.meta.url));
  return {
    upstream: upstream.child,
    upstreamPort: upstream.message.port,
    driver: driver.child,
    ask: askedBy(driver.child),
  };
}

/** Starts a row's program; `readyMs` is the time to its first open port. */
async function startSubject(row, { upstreamPort }, flags = []) {
  if (row.start === null) return { row, port: upstreamPort, child: null, readyMs: null };
  const port = await freePort();
  const { command, args, env } = row.start({ port, upstream: upstreamPort, home, flags });
  const texts = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, String(value)]),
  );
  const started = performance.now();
  const child = startProcess({
    command,
    args,
    env: texts,
    cwd: home,
    log: `${home}${row.name}.log`,
  });
  await listening(child, port);
  return { row, port, child, readyMs: performance.now() - started };
}

/** The program of a row, started when first needed, warmed, and used for a whole round. */
class Subjects {
  #running = new Map();
  #tools;

  constructor(tools) {
    this.#tools = tools;
  }

  async of(row) {
    const known = this.#running.get(row.name);
    if (known !== undefined) return known;
    const subject = await startSubject(row, this.#tools);
    await warmUp(subject, this.#tools);
    this.#running.set(row.name, subject);
    return subject;
  }

  async stop() {
    for (const { child } of this.#running.values()) if (child !== null) await stopProcess(child);
    this.#running.clear();
  }
}

/** Whether a measure means anything for a row. */
function fits(measure, row) {
  if (measure.form !== undefined && measure.form !== row.form) return false;
  if (measure.only !== undefined && measure.only !== row.name) return false;
  if (row.without?.includes(measure.name)) return false;
  return !(measure.needsProcess && row.start === null);
}

async function measureOnce(measure, row, subjects, tools) {
  if (!measure.fresh) return measure.run(await subjects.of(row), tools);
  const subject = await startSubject(row, tools, measure.flags);
  try {
    if (measure.warm) await warmUp(subject, tools);
    return await measure.run(subject, tools);
  } finally {
    if (subject.child !== null) await stopProcess(subject.child);
  }
}

/** Whether this sample is still to be taken, and can be. */
function isDue(round, measure, row, { rounds }, results) {
  const most = rounds ?? Math.min(measure.rounds, row.rounds ?? measure.rounds);
  if (round >= most || !fits(measure, row)) return false;
  return !results.has(round, row.name, measure.name) && results.notRun(row.name) === null;
}

async function takeSample(round, measure, row, subjects, results, tools) {
  const tell = (what) =>
    say(`round ${round + 1}  ${measure.name.padEnd(16)} ${row.name.padEnd(10)} ${what}`);
  try {
    const values = await measureOnce(measure, row, subjects, tools);
    results.add({ round, row: row.name, measure: measure.name, values });
    tell(brief(values));
  } catch (error) {
    tell(error.message);
    results.fail(row.name, error.message);
  }
}

async function runRound(round, chosen, results, tools) {
  const subjects = new Subjects(tools);
  for (const measure of chosen.measures) {
    for (const row of chosen.rows) {
      if (!isDue(round, measure, row, chosen, results)) continue;
      await takeSample(round, measure, row, subjects, results, tools);
    }
  }
  await subjects.stop();
}

function brief(values) {
  return Object.entries(values)
    .filter(([, value]) => typeof value === 'number')
    .map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
    .join('  ');
}

async function prepare(chosen, results) {
  for (const row of chosen.rows) {
    if (row.prepare === undefined) continue;
    try {
      say(`preparing ${row.name}`);
      results.note(row.name, await row.prepare({ home, say }));
    } catch (error) {
      say(`${row.name} cannot be run: ${error.message.split('\n')[0]}`);
      results.fail(row.name, error.message);
    }
  }
}

function choose() {
  const only = listOf(flags.only);
  const prefixes = listOf(flags.measures);
  return {
    rows: rows.filter(({ name, quick }) =>
      only.length > 0 ? only.includes(name) : quick || !flags.quick,
    ),
    measures: measures.filter(({ name, quick }) => {
      if (prefixes.length > 0) return prefixes.some((prefix) => name.startsWith(prefix));
      return quick || !flags.quick;
    }),
    rounds: flags.rounds !== '' ? Number(flags.rounds) : flags.quick ? 1 : null,
  };
}

mkdirSync(home, { recursive: true });
const kind = flags.quick ? 'quick' : 'full';
const results = new Results(`${home}bench-results-${kind}.json`, flags.resume);
const chosen = choose();
await prepare(chosen, results);
const tools = await startTools();
const rounds = chosen.rounds ?? Math.max(...chosen.measures.map((measure) => measure.rounds));
for (let round = 0; round < rounds; round++) {
  await runRound(round, chosen, results, tools);
}
await stopProcess(tools.driver);
await stopProcess(tools.upstream);
const text = tables(results);
writeFileSync(`${home}bench-${kind}.md`, text);
console.log(text);
if (flags.publish) publish(results);
process.exit(0);
