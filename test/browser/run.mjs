// Proves with a real Chromium that pages are no callers.
//
//   npm run test:browser
//   CHROMIUM=/opt/chromium/chrome npm run test:browser
//
// Needed: Chromium. Where there is none it is installed by `apt-get`, which needs root and Debian. The
// last line counts the tests; without Chromium they have failed.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { runFiles } from '../support/run-files.mjs';

const chromium = process.env.CHROMIUM || '/usr/bin/chromium';

const say = (line) => process.stdout.write(`${line}\n`);

/** Runs `apt-get` and shows only what went wrong. */
const aptGet = (...args) => {
  const { status, stdout, stderr, error } = spawnSync('apt-get', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`apt-get ${args[0]}: ${error?.message ?? stderr + stdout}`);
};

const installChromium = () => {
  if (existsSync(chromium)) return;
  if (process.env.CHROMIUM) throw new Error(`CHROMIUM: there is no ${chromium}`);
  say('installing Chromium');
  aptGet('update', '-qq');
  aptGet('install', '-y', '-qq', '--no-install-recommends', 'chromium');
  if (!existsSync(chromium)) throw new Error(`there is still no ${chromium}; set CHROMIUM`);
};

let counts = { passed: 0, failed: 1 };
try {
  installChromium();
  counts = await runFiles({
    files: ['test/browser/pages.browser.ts'],
    env: { TEST_CHROMIUM: chromium },
    seconds: 300,
    behaviours: true,
    transcript: true,
    say,
  });
} catch (error) {
  say(error.message);
}
say(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
