// What a change is checked for before any test runs: form, types, and what nobody uses.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

const CHECKS = [
  ['lint', 'biome', ['check', '.']],
  ['types', 'tsc', ['-p', 'test/tsconfig.json']],
  ['types of the page', 'tsc', ['-p', 'src/http/operate/status-page/browser']],
  ['nothing unused', 'knip', ['--no-progress']],
];

/**
 * Runs all checks at a time; `say` gets what they find and a line for each.
 * @returns how many checks held and failed
 */
export async function runChecks({ say }) {
  const outcomes = await Promise.all(CHECKS.map((check) => runCheck(check, say)));
  const failed = outcomes.filter((ok) => !ok).length;
  return { passed: outcomes.length - failed, failed };
}

async function runCheck([name, command, args], say) {
  const check = spawn(join(root, 'node_modules', '.bin', command), args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(check, 'close');
  const [stdout, stderr] = await Promise.all([text(check.stdout), text(check.stderr)]);
  const [code] = await ended;
  if (code !== 0) say(`${stdout}${stderr}`.trimEnd());
  say(`${code === 0 ? 'ok' : 'FAILED'}: ${name}`);
  return code === 0;
}
