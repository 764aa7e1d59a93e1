// Starts tracing as the settings want it.

import type { Logger } from 'pino';
import type { Settings } from '../config/slices.ts';
import type { Redactor } from '../telemetry/redactor.ts';
import { startTracing } from '../telemetry/tracing/start-tracing.ts';
import type { Tracing } from '../telemetry/tracing/tracing.ts';
import { version } from './version.ts';

/** Longest text of others in a trace, in UTF-16 units. */
const TEXT_LIMIT = 200;

/** @param redactor takes secrets out of whatever callers and GLM have written */
export function createTracing(
  { openTelemetry: variables }: Settings,
  logger: Logger,
  redactor: Redactor,
): Promise<Tracing> {
  const clean = (text: string) => redactor.excerpt(text, TEXT_LIMIT);
  return startTracing({ variables, version: version(), logger, clean });
}
