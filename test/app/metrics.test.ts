// What the metrics say while the worker has not yet begun to register.

import t from 'tap';
import { loadMetrics } from '../../src/app/metrics.ts';
import { SANDBOX_KEY } from '../../src/sandbox/glm/fake-glm.ts';
import { WorkerTally } from '../../src/telemetry/worker-tally.ts';
import { seriesOf } from '../support/metrics-text.ts';
import { settingsFrom } from '../support/start-worker.ts';
import { partsOf } from '../support/worker-parts.ts';

t.test('a worker that has just begun to listen is not registered', async (t) => {
  const { admission } = partsOf();
  const { page } = await loadMetrics(settingsFrom({ ZHIPUAI_API_KEY: SANDBOX_KEY }), {
    ...{ tally: new WorkerTally(Date.now), written: { frames: 0, bytes: 0 } },
    state: { draining: false, registration: null },
    admission: () => admission.snapshot(),
    servedNames: () => [],
  });
  const text = String(await page?.metrics());
  t.strictSame(seriesOf(text, 'glm_worker_registered'), ['glm_worker_registered 0']);
  t.strictSame(seriesOf(text, 'glm_worker_heart_beat_accepted'), []);
});
