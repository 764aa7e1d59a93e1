// The HTTP side as the settings want it: who may call, over what, and which features there are.

import type { FastifyInstance } from 'fastify';
import type { Settings } from '../config/slices.ts';
import { PromptFormat } from '../fastchat/prompt/prompt-format.ts';
import type { AccessOptions } from '../http/access.ts';
import type { Readiness } from '../http/operate/health.ts';
import { createServer } from '../http/server.ts';
import type { TlsServers } from '../http/tls.ts';
import type { Worker } from '../worker/worker.ts';
import { pathOf } from './addresses.ts';
import { featuresOf } from './features.ts';
import { fenceSecretOf } from './secrets.ts';
import type { Telemetry } from './telemetry.ts';
import { version } from './version.ts';

interface ServerParts {
  readonly worker: Worker;
  readonly telemetry: Telemetry;
  readonly readiness: Readiness;
  readonly access: AccessOptions;
  /** Null for plain HTTP. */
  readonly tls: TlsServers | null;
}

/** Not yet listening. */
export function serverOf(
  settings: Settings,
  { worker, telemetry, readiness, access, tls }: ServerParts,
): FastifyInstance {
  const { logger, tracing, tally, written, status, metricsPage } = telemetry;
  const { convTemplate, reasoning, errors } = settings.fastchat;
  return createServer(
    {
      ...settings.http,
      ...access,
      ...{ tls, written, errors },
      features: featuresOf(settings),
      version: version(),
      pathPrefix: pathOf(settings.controller.workerAddress),
      format: new PromptFormat(convTemplate, fenceSecretOf(settings)),
      showReasoning: reasoning === 'inline',
    },
    {
      ...{ worker, readiness, logger, tracing, status: status.feed, metrics: metricsPage },
      onAuthFailure: () => tally.authFailures++,
    },
  );
}
