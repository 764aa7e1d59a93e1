// Proves with a real Chromium that pages are no callers.
//
//   npm run test:browser
//   CHROMIUM=/opt/chromium/chrome npm run test:browser
//
// Needed: Chromium. Where there is none it is installed by `apt-get`, which needs root and Debian. The
// last line counts the tests; without Chromium they have failed.

import { debianProgram } from '../support/debian-package.mjs';
import { runFiles } from '../support/run-files.mjs';

const say = (line) => process.stdout.write(`${line}\n`);

let counts = { passed: 0, failed: 1 };
try {
  const chromium = debianProgram({
    ...{ packageName: 'chromium', variable: 'CHROMIUM', usual: '/usr/bin/chromium', say },
  });
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
