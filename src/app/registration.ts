// The registration with FastChat's controller, and everybody who is told of it.

import type { Dispatcher } from 'undici';
import type { Settings } from '../config/slices.ts';
import { ControllerClient } from '../controller/client.ts';
import { Registration } from '../controller/registration.ts';
import { workerStatus } from '../fastchat/replies.ts';
import { systemClock } from '../lib/clock.ts';
import type { Worker } from '../worker/worker.ts';
import type { AdvertisedAddress } from './addresses.ts';
import { allOf, registrationStatus } from './registration-events.ts';
import { registrationLog } from './registration-log.ts';
import type { Telemetry } from './telemetry.ts';

interface RegistrationDeps {
  readonly worker: Worker;
  readonly telemetry: Telemetry;
  /** The way to the controller. */
  readonly dispatcher: Dispatcher;
  /** Called after the first registration alone. */
  readonly onFirst: () => void;
}

/** Not begun yet. */
export function createRegistration(
  settings: Settings['controller'],
  address: AdvertisedAddress,
  { worker, telemetry, dispatcher, onFirst }: RegistrationDeps,
): Registration {
  const { logger, tally, status, redactor } = telemetry;
  const controller = settings.controllerAddress;
  return new Registration({
    client: new ControllerClient(dispatcher, { controller, worker: () => address.find() }),
    clock: systemClock,
    random: Math.random,
    heartBeatMs: settings.heartBeatMs,
    multimodal: () => worker.multimodal,
    status: () => workerStatus(worker.modelNames, worker.load),
    events: allOf(
      registrationLog({ logger, controller, workerAddress: () => address.known, onFirst }),
      tally,
      registrationStatus(status.registration, redactor),
    ),
  });
}
