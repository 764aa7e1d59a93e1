// Several listeners to the registration hear the same.

import t from 'tap';
import { allOf } from '../../src/app/registration-events.ts';
import type { RegistrationEvents } from '../../src/controller/registration.ts';

t.test('each listener is told of everything, in their order', async (t) => {
  const told: string[] = [];
  const listener = (name: string): RegistrationEvents => ({
    registered: () => told.push(`${name} registered`),
    forgotten: () => told.push(`${name} forgotten`),
    failed: (error, waitMs) => told.push(`${name} failed ${error} ${waitMs}`),
  });
  const events = allOf(listener('a'), listener('b'));
  events.registered();
  events.forgotten();
  events.failed('away', 500);
  t.strictSame(told, [
    ...['a registered', 'b registered', 'a forgotten', 'b forgotten'],
    ...['a failed away 500', 'b failed away 500'],
  ]);
});
