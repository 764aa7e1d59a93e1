// What of the settings is taken out of every log line.

import t from 'tap';
import { secretsOf } from '../../src/app/secrets.ts';
import { settingsFrom } from '../support/start-worker.ts';

t.test("a collector's headers are secret as they are written and as they are sent", async (t) => {
  const secrets = secretsOf(
    settingsFrom({
      ZHIPUAI_API_KEY: 'id.secret',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20planted, x-token=half%2',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://me:word@collector:4318',
    }),
  );
  for (const secret of ['Bearer%20planted', 'Bearer planted', 'half%2', 'word', 'id.secret']) {
    t.ok(secrets.includes(secret), secret);
  }
});
