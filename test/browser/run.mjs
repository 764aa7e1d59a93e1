// Proves with a real Chromium that pages of others are no callers, and that the operators' pages work.
//
//   npm run test:browser
//   CHROMIUM=/opt/chromium/chrome npm run test:browser
//
// Pictures of what it has seen are left in .browser/. Needed: Chromium. Where there is none it is
// installed by `apt-get`, which needs Debian, and root or `sudo`. The last line counts the tests; without Chromium
// they have failed.

import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { debianProgram } from '../support/debian-package.mjs';
import { runFiles } from '../support/run-files.mjs';

/** Pictures of the last run. */
const artefacts = fileURLToPath(new URL('../../.browser', import.meta.url));

const say = (line) => process.stdout.write(`${line}\n`);

let counts = { passed: 0, failed: 1 };
try {
  const chromium = debianProgram({
    ...{ packageName: 'chromium', variable: 'CHROMIUM', usual: '/usr/bin/chromium', say },
  });
  rmSync(artefacts, { recursive: true, force: true });
  counts = await runFiles({
    files: ['test/browser/pages.browser.ts', 'test/browser/status.browser.ts'],
    env: { TEST_CHROMIUM: chromium, TEST_ARTEFACTS: artefacts },
    jobs: 1,
    seconds: 600,
    behaviours: true,
    transcript: true,
    say,
  });
} catch (error) {
  say(error.message);
}
say(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
