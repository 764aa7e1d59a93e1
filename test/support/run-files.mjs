// Runs test files in processes of plain Node, and says what is worth reading.
//
// tap is the library of the tests but not their runner: its loaders cost each file a second of CPU,
// as much as most files need for themselves. To start a process and load the worker costs another, and
// so files share one, those that need no socket with their like.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { compile, compiledPath, withSourcePaths } from './compile.mjs';
import { isUnit, startsProcesses } from './unit-tests.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const NO_SOCKETS = './test/support/no-sockets.mjs';
const BATCH = './test/support/batch.mjs';

/** Files that share a process; fewer would start more of them, more would leave cores idle at the end. */
const UNIT_BATCH = 30;
const SOCKET_BATCH = 10;

/** They look at what their process has loaded or holds, or at how soon it acts: each is alone in it. */
const ALONE = /^test\/(?:robustness|secrets)\/|\/integration\/(?:metrics|shutdown)\.test\.ts$/;
const durationsFile = join(root, '.tap', 'durations.json');

/** Lines that tell only that something went well, how much of it there was, or how long it took. */
const ROUTINE = /^\s*(?:$|ok \d|\d+\.\.\d|TAP version |# (?:Subtest|time|\{))/;

/** What a test says besides its outcome. */
const COMMENT = /^\s*# (?!Subtest|time|\{)/;

/** What a batch says before each of its files. */
const FILE = /^# file: (.*)/;

/**
 * Runs test files, those that took longest first, and says how each went.
 * @param options.files paths below the project
 * @param options.env added to the environment
 * @param options.envOf the same for one file alone
 * @param options.jobs files at a time; two more than there are cores, as most of them wait at times
 * @param options.seconds after which a file has failed
 * @param options.behaviours whether each behaviour gets a line, not only each file
 * @param options.transcript whether comments of the tests are said too
 * @param options.onEnd called with a file's path and outcome when it has ended
 * @param options.say gets a line at a time
 * @returns how many behaviours held and failed
 */
export async function runFiles({ files, jobs = availableParallelism() + 2, ...options }) {
  await compile();
  const durations = readDurations();
  const lengthOf = (group) => Math.max(...group.map((file) => durations[file] ?? Infinity));
  const waiting = groupsOf(files).toSorted((a, b) => lengthOf(b) - lengthOf(a));
  const counts = { passed: 0, failed: 0 };
  const runNext = async () => {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
      for (const outcome of await runGroup(group, options)) {
        counts.passed += outcome.passed;
        counts.failed += outcome.failed;
        durations[outcome.file] = outcome.seconds;
        tell(outcome, options);
      }
      await options.onEnd?.(group[0]);
    }
  };
  await Promise.all(Array.from({ length: jobs }, runNext));
  keepDurations(durations);
  return counts;
}

/** Files that share a process. */
function groupsOf(files) {
  const units = files.filter(isUnit);
  const others = files.filter((file) => !units.includes(file));
  const alone = others.filter((file) => ALONE.test(file) || startsProcesses(file));
  const sockets = others.filter((file) => !alone.includes(file));
  return [
    ...alone.map((file) => [file]),
    ...batches(sockets, SOCKET_BATCH),
    ...batches(units, UNIT_BATCH),
  ];
}

function batches(files, size) {
  const count = Math.ceil(files.length / size);
  return Array.from({ length: count }, (_, index) => files.slice(index * size, (index + 1) * size));
}

/** Runs files in one process, and gives back how each of them went. */
async function runGroup(group, { env = {}, envOf, seconds = 150 }) {
  const began = performance.now();
  const [first] = group;
  const preloads = isUnit(first) ? [`--import=${NO_SOCKETS}`] : [];
  const limit = seconds * Math.ceil(Math.sqrt(group.length));
  const main = group.length === 1 ? [compiledPath(first)] : [BATCH, String(++started)];
  const test = spawn(process.execPath, [...preloads, ...main], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...{ TAP_TIMEOUT: `${limit}`, TEST_FILES: group.map(compiledPath).join('\n') },
      ...env,
      ...envOf?.(first),
    },
    // tap ends a file that is late and says what it was at; this is for one that cannot even do that.
    timeout: (limit + 10) * 1000,
    killSignal: 'SIGKILL',
  });
  const ended = once(test, 'close');
  const [stdout, stderr] = await Promise.all([text(test.stdout), text(test.stderr)]);
  const [code] = await ended;
  const outcomes = linesOf(group, withSourcePaths(stdout).split('\n')).map(outcomeOf);
  // A process that ends badly without a failure was at the last file of which it said anything.
  const last = outcomes.findLast(({ lines }) => lines.length > 0) ?? outcomes[0];
  if (code !== 0 && outcomes.every(({ failed }) => failed === 0)) last.failed = 1;
  for (const one of outcomes) if (one.passed === 0) one.failed ||= 1;
  outcomes[0].stderr = withSourcePaths(stderr);
  const took = (performance.now() - began) / 1000;
  return outcomes.map((outcome) => ({ stderr: '', ...outcome, code, seconds: took }));
}

let started = 0;

/** The lines of each file of a process; a batch tells where they begin. */
function linesOf(group, lines) {
  const found = new Map(group.map((file) => [file, []]));
  let [file] = group;
  for (const line of lines) {
    const begun = FILE.exec(line)?.[1];
    if (begun === undefined) found.get(file).push(line);
    else file = begun;
  }
  return [...found].map(([file, lines]) => ({ file, lines }));
}

function outcomeOf({ file, lines }) {
  const count = (form) => lines.filter((line) => form.test(line)).length;
  // What is skipped proves nothing.
  const skipped = count(/^ok .* # (?:SKIP|TODO)/i);
  const passed = count(/^ok /) - skipped;
  return { file, lines, passed, failed: count(/^not ok /) + skipped };
}

function tell(
  { file, lines, stderr, failed, seconds, code },
  { behaviours = false, transcript = false, say },
) {
  const worthReading = (line) =>
    (behaviours && /^ok /.test(line)) ||
    (transcript && COMMENT.test(line)) ||
    (failed > 0 && !ROUTINE.test(line));
  for (const line of lines) if (worthReading(line)) say(line);
  if (stderr !== '') say(stderr.trimEnd());
  const verdict = failed === 0 ? 'ok' : `FAILED (exit ${code})`;
  say(`${verdict}: ${file} (${seconds.toFixed(1)} s)`);
}

function readDurations() {
  try {
    return JSON.parse(readFileSync(durationsFile, 'utf8'));
  } catch {
    // The first run knows none.
    return {};
  }
}

function keepDurations(durations) {
  mkdirSync(dirname(durationsFile), { recursive: true });
  writeFileSync(durationsFile, JSON.stringify(durations));
}
