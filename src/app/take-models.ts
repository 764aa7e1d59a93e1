// Serves what MODELS_FILE says after it was read again, or goes on with what it said before.

import type { ModelsFileResult } from '../config/models-file.ts';
import type { Settings } from '../config/slices.ts';
import { keySecrets } from './secrets.ts';
import type { Serving } from './serving.ts';
import { reportServed } from './start-report.ts';
import type { Telemetry } from './telemetry.ts';

/** Returns whether it is served; if not, log, metrics and status page have the reason, and nothing has changed. */
export function takeModels(
  result: ModelsFileResult,
  settings: Settings['models'],
  serving: Serving,
  { redactor, logger, tally, status }: Telemetry,
): boolean {
  if (result.ok) for (const secret of keySecrets(result.entries)) redactor.add(secret);
  const problem = problemOf(result, serving);
  tally.reloaded(problem === null);
  status.reloaded(problem);
  if (problem !== null || !result.ok) {
    logger.error({ why: problem }, 'MODELS_FILE not taken, nothing changed');
    return false;
  }
  logger.info({ models: serving.worker.modelNames }, 'MODELS_FILE read again');
  reportServed(settings, result.entries, serving.worker, logger);
  return true;
}

/** Why it cannot be served; null when it is. */
function problemOf(result: ModelsFileResult, { factory, worker }: Serving): string | null {
  if (!result.ok) return result.problems.join('; ');
  try {
    worker.serve(factory.create(result.entries));
    return null;
  } catch (error) {
    // Nothing in here throws anything but errors.
    return (error as Error).message;
  }
}
