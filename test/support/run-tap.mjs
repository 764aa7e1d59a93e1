// Runs tap: a line for each file, failures in full, and how many behaviours held.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Lines that tell only that something went well, how much of it there was, or how long it took. */
const ROUTINE = /^\s*(?:$|ok \d|\d+\.\.\d|TAP version |# (?:Subtest|time|\{))/;

/** Takes TAP line by line and says what is worth reading. */
function tapDigest(say) {
  const counts = { passed: 0, failed: 0 };
  let pending = [];
  const tell = () => {
    for (const line of pending) if (!ROUTINE.test(line)) say(line);
    pending = [];
  };
  const read = (line) => {
    // One level below the files stand the behaviours, each with one line of its own.
    if (/^ {4}ok /.test(line)) counts.passed++;
    else if (/^ {4}not ok /.test(line)) counts.failed++;
    if (/^ok /.test(line)) pending = [];
    else if (/^(?:not ok|# Subtest)/.test(line)) tell();
    if (/^(?:not )?ok /.test(line)) say(line);
    else pending.push(line);
  };
  return { counts, read, end: tell };
}

/**
 * Runs the tests that `args` name, or all, with `env` on top of the environment; `say` gets what is
 * worth reading, a line at a time.
 * @returns how many behaviours held and failed, and whether tap itself is content
 */
export async function runTap({ args = [], env = {}, say }) {
  const tap = spawn(join(root, 'node_modules', '.bin', 'tap'), ['--reporter=tap', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const closed = once(tap, 'close');
  const { counts, read, end } = tapDigest(say);
  for await (const line of createInterface(tap.stdout)) read(line);
  end();
  const [code] = await closed;
  return { ...counts, ok: code === 0 };
}
