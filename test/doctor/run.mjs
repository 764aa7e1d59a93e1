// Proves doctor with FastChat's real controller, also with one that cannot reach this machine.
//
//   npm run test:doctor
//
// Needed: Linux, iproute2 and root or `sudo`, for a network of its own; Python 3.11 to 3.13 with venv, and PyPI
// for the first run, which installs the environment that `npm run test:fastchat` uses too. The last line
// counts the tests; without any of this they have failed.

import { fastChatEnvironment } from '../conformance/environment.mjs';
import { runFiles } from '../support/run-files.mjs';

const say = (line) => process.stdout.write(`${line}\n`);

let counts = { passed: 0, failed: 1 };
try {
  const python = await fastChatEnvironment({ say });
  counts = await runFiles({
    files: ['test/doctor/real-controller.doctor.ts', 'test/doctor/private-authority.doctor.ts'],
    env: { TEST_FASTCHAT_PYTHON: python },
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
