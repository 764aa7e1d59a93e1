// Whether a FastChat controller answers at its address.

import { ControllerError } from '../../controller/controller-error.ts';
import { type Check, type Outcome, outcome, withController } from '../check.ts';

export const controllerCheck: Check = {
  id: 'controller',
  title: "whether FastChat's controller answers, and not another server in its place",
  cost: 'network',
  needs: [],
  run: withController(async (settings, visit, signal) => {
    try {
      await visit.controller(settings).test(signal);
      return outcome(
        'ok',
        `FastChat's controller answers at ${settings.controller.controllerAddress}`,
      );
    } catch (error) {
      return failureOf(error);
    }
  }),
};

/** A failed call, with its remedy. @throws whatever else it is */
export function failureOf(error: unknown): Outcome {
  if (!(error instanceof ControllerError)) throw error;
  return outcome('fail', error.message, { remedy: [error.remedy] });
}
