// Runs test files, each as a process of plain Node, and says what is worth reading.
//
// tap is the library of the tests but not their runner: its loaders cost each file a second of CPU,
// as much as most files need for themselves.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { isUnit } from './unit-tests.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const STRIP_TYPES = './test/support/strip-types.mjs';
const NO_SOCKETS = './test/support/no-sockets.mjs';
const durationsFile = join(root, '.tap', 'durations.json');

/** Lines that tell only that something went well, how much of it there was, or how long it took. */
const ROUTINE = /^\s*(?:$|ok \d|\d+\.\.\d|TAP version |# (?:Subtest|time|\{))/;

/** What a test says besides its outcome. */
const COMMENT = /^\s*# (?!Subtest|time|\{)/;

/**
 * Runs test files, those that took longest first, and says how each went.
 * @param options.files paths below the project
 * @param options.env added to the environment
 * @param options.envOf the same for one file alone
 * @param options.jobs files at a time; one more than there are cores, as most of them wait at times
 * @param options.seconds after which a file has failed
 * @param options.behaviours whether each behaviour gets a line, not only each file
 * @param options.transcript whether comments of the tests are said too
 * @param options.onEnd called with a file's path and outcome when it has ended
 * @param options.say gets a line at a time
 * @returns how many behaviours held and failed
 */
export async function runFiles({ files, jobs = availableParallelism() + 1, ...options }) {
  const durations = readDurations();
  const waiting = files.toSorted((a, b) => (durations[b] ?? Infinity) - (durations[a] ?? Infinity));
  const counts = { passed: 0, failed: 0 };
  const runNext = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const outcome = await runFile(file, options);
      counts.passed += outcome.passed;
      counts.failed += outcome.failed;
      durations[file] = outcome.seconds;
      tell(file, outcome, options);
      await options.onEnd?.(file);
    }
  };
  await Promise.all(Array.from({ length: jobs }, runNext));
  keepDurations(durations);
  return counts;
}

async function runFile(file, { env = {}, envOf, seconds = 60 }) {
  const began = performance.now();
  const preloads = [STRIP_TYPES, ...(isUnit(file) ? [NO_SOCKETS] : [])];
  const test = spawn(process.execPath, [...preloads.map((one) => `--import=${one}`), file], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TAP_TIMEOUT: `${seconds}`, ...env, ...envOf?.(file) },
    // tap ends a file that is late and says what it was at; this is for one that cannot even do that.
    timeout: (seconds + 10) * 1000,
    killSignal: 'SIGKILL',
  });
  const ended = once(test, 'close');
  const [stdout, stderr] = await Promise.all([text(test.stdout), text(test.stderr)]);
  const [code] = await ended;
  const lines = stdout.split('\n');
  const count = (form) => lines.filter((line) => form.test(line)).length;
  // What is skipped proves nothing.
  const skipped = count(/^ok .* # (?:SKIP|TODO)/i);
  const passed = count(/^ok /) - skipped;
  const failed = count(/^not ok /) + skipped;
  const broken = failed === 0 && (code !== 0 || passed === 0);
  return {
    ...{ lines, stderr, passed, code },
    failed: broken ? 1 : failed,
    seconds: (performance.now() - began) / 1000,
  };
}

function tell(
  file,
  { lines, stderr, failed, seconds, code },
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
