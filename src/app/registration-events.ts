// Several listeners to the registration behind one.

import type { RegistrationEvents } from '../controller/registration.ts';

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
