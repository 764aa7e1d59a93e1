// Proves metrics, alerts and dashboard with a real Prometheus and its promtool.
//
//   npm run test:metrics
//   PROMETHEUS=/opt/prometheus/prometheus PROMTOOL=/opt/prometheus/promtool npm run test:metrics
//
// Needed: Prometheus. Where there is none it is installed by `apt-get`, which needs Debian, and root or `sudo`. The
// last line counts the tests; without Prometheus they have failed.

import { debianProgram } from '../support/debian-package.mjs';
import { runFiles } from '../support/run-files.mjs';

const say = (line) => process.stdout.write(`${line}\n`);
const installed = (variable, usual) =>
  debianProgram({ packageName: 'prometheus', variable, usual, say });

let counts = { passed: 0, failed: 1 };
try {
  counts = await runFiles({
    files: ['test/metrics/promtool.metrics.ts', 'test/metrics/prometheus.metrics.ts'],
    env: {
      TEST_PROMETHEUS: installed('PROMETHEUS', '/usr/bin/prometheus'),
      TEST_PROMTOOL: installed('PROMTOOL', '/usr/bin/promtool'),
    },
    // One at a time: what happens within seconds is what is looked at.
    jobs: 1,
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
