// What a worker may offer besides FastChat's paths: each on, off, or where only the right ones can call.

import { z } from 'zod';
import { setting } from './setting.ts';

const WHERE_SAFE = 'auto = when bound to loopback or guarded';

function feature(flag: string, variable: string, meaning: string) {
  return setting(z.enum(['auto', 'on', 'off']), {
    ...{ flag, variable, default: 'auto', placeholder: 'MODE' },
    meaning: `${meaning}: on, off, ${WHERE_SAFE}`,
  });
}

export const featureSettings = {
  openaiApi: feature('--openai-api', 'OPENAI_API', "OpenAI's form under /v1"),
  metrics: feature('--metrics', 'METRICS', 'metrics for Prometheus at /metrics'),
  statusPage: feature('--status-page', 'STATUS_PAGE', 'the status page at /, and /status.json'),
  docs: feature('--docs', 'DOCS', 'the description of the HTTP API at /docs and /openapi.json'),
};
