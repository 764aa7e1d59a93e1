// What the log says of the registration: each problem with its remedy once, not at every try.

import type { Logger } from 'pino';
import { ControllerError } from '../controller/controller-error.ts';
import type { RegistrationEvents } from '../controller/registration.ts';

export interface RegistrationLogOptions {
  readonly logger: Logger;
  readonly controller: string;
  /** What is registered; null while it is not found out. */
  readonly workerAddress: () => string | null;
  /** Called after the first registration alone. */
  readonly onFirst: () => void;
}

/** The events of a registration, written to the log. */
export function registrationLog(options: RegistrationLogOptions): RegistrationEvents {
  const { logger, controller, workerAddress, onFirst } = options;
  let isFirst = true;
  let toldRemedy = '';
  return {
    registered() {
      logger.info({ controller, workerAddress: workerAddress() }, 'registered');
      toldRemedy = '';
      if (isFirst) onFirst();
      isFirst = false;
    },
    forgotten() {
      logger.warn({ controller }, 'the controller forgot us, registering again');
    },
    failed(error, waitMs) {
      const { answered, remedy } = factsOf(error);
      const news = remedy === toldRemedy ? {} : { remedy };
      toldRemedy = remedy;
      const message = answered
        ? 'the controller answered unexpectedly'
        : 'the controller does not answer';
      logger.warn({ controller, waitMs, err: error, ...news }, message);
    },
  };
}

interface ProblemFacts {
  readonly message: string;
  readonly answered: boolean;
  readonly remedy: string;
}

/** Whatever else fails is a defect of ours, and the line has its stack. */
export function factsOf(error: unknown): ProblemFacts {
  if (error instanceof ControllerError) return error;
  const remedy = 'a defect of this worker: please report the log line';
  return { message: String(error), answered: false, remedy };
}
