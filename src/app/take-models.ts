// Serves what MODELS_FILE says after it was read again, or goes on with what it said before.

import type { Logger } from 'pino';
import type { ModelsFileResult } from '../config/models-file.ts';
import type { Worker } from '../worker/worker.ts';
import type { ModelFactory } from './model-factory.ts';

interface ModelsTaker {
  readonly factory: ModelFactory;
  readonly worker: Worker;
  readonly logger: Logger;
}

/** Returns null when it is served, else why not, and nothing has changed. */
export function takeModels(
  result: ModelsFileResult,
  { factory, worker, logger }: ModelsTaker,
): string | null {
  try {
    if (!result.ok) throw new Error(result.problems.join('; '));
    worker.serve(factory.create(result.entries));
    logger.info({ models: worker.modelNames }, 'MODELS_FILE read again');
    return null;
  } catch (error) {
    // Nothing in here throws anything but errors.
    const { message: why } = error as Error;
    logger.error({ why }, 'MODELS_FILE not taken, nothing changed');
    return why;
  }
}
