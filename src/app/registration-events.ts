// What the status page learns of the registration, and several listeners behind one.

import type { Settings } from '../config/slices.ts';
import type { Registration, RegistrationEvents } from '../controller/registration.ts';
import type { Redactor } from '../telemetry/redactor.ts';
import type {
  RegistrationFacts,
  RegistrationWatch,
} from '../telemetry/status/registration-watch.ts';
import type { AdvertisedAddress } from './addresses.ts';
import { factsOf } from './registration-log.ts';

/** Longest reason that is shown, in UTF-16 units. */
const REASON_LIMIT = 300;

/** Tells all of them, in their order. */
export function allOf(...all: readonly RegistrationEvents[]): RegistrationEvents {
  return {
    registered: () => {
      for (const one of all) one.registered();
    },
    forgotten: () => {
      for (const one of all) one.forgotten();
    },
    failed: (error, waitMs) => {
      for (const one of all) one.failed(error, waitMs);
    },
  };
}

/** Shows each problem with its remedy. */
export function registrationStatus(
  watch: RegistrationWatch,
  redactor: Redactor,
): RegistrationEvents {
  return {
    registered: () => watch.registered(),
    forgotten: () => watch.forgotten(),
    failed(error) {
      const { message, remedy } = factsOf(error);
      watch.failed(redactor.excerpt(message, REASON_LIMIT), remedy);
    },
  };
}

interface RegistrationState {
  readonly draining: boolean;
  readonly registration: Registration | null;
  /** Null without a controller, where there is nothing to tell. */
  readonly address: AdvertisedAddress | null;
}

/** How the registration stands at this moment. */
export function registrationFacts(
  { controllerAddress }: Settings['controller'],
  { draining, registration, address }: RegistrationState,
  redactor: Redactor,
): RegistrationFacts | null {
  if (address === null) return null;
  return {
    controller: redactor.clean(controllerAddress),
    address: address.known === null ? null : redactor.clean(address.known),
    acceptedAt: registration?.acceptedAt ?? null,
    isFresh: registration?.fresh === true,
    isDraining: draining,
  };
}
