// How the worker stands with the controller, from its start to its end.

import t from 'tap';
import {
  type RegistrationFacts,
  RegistrationWatch,
} from '../../../src/telemetry/status/registration-watch.ts';
import { statusTime } from '../../support/status-parts.ts';

const FACTS: RegistrationFacts = {
  ...{ controller: 'http://c', address: 'http://w', acceptedAt: null },
  ...{ isFresh: false, isDraining: false },
};

const at = (second: number) => `2026-01-02T03:04:${String(5 + second).padStart(2, '0')}.000Z`;

function watching() {
  const { clock, time } = statusTime();
  const watch = new RegistrationWatch(time);
  const status = (more: Partial<RegistrationFacts> = {}) => watch.status({ ...FACTS, ...more });
  return { clock, watch, status };
}

t.test('without a controller there is nothing to tell', async (t) => {
  t.strictSame(watching().watch.status(null), {
    ...{ state: 'off', controller: null, address: null, since: null, lastAcceptedAt: null },
    ...{ reason: null, remedy: null },
  });
});

t.test('before the first answer it is not registered, and has no reason', async (t) => {
  const { clock, status } = watching();
  clock.advance(1000);
  t.strictSame(status(), {
    ...{ state: 'not_registered', controller: 'http://c', address: 'http://w', since: at(0) },
    ...{ lastAcceptedAt: null, reason: null, remedy: null },
  });
});

t.test('what fails is told until a beat is accepted, with the time since it fails', async (t) => {
  const { clock, watch, status } = watching();
  watch.registered();
  clock.advance(1000);
  watch.registered();
  const accepted = { acceptedAt: 1000, isFresh: true };
  const fine = { state: 'registered', since: at(0), lastAcceptedAt: at(1), reason: null };
  t.match(status(accepted), fine);
  clock.advance(1000);
  watch.failed('refused', 'start it');
  clock.advance(1000);
  watch.failed('reset', 'start it again');
  const failing = {
    since: at(2),
    lastAcceptedAt: at(1),
    reason: 'reset',
    remedy: 'start it again',
  };
  t.match(status(accepted), { ...failing, state: 'failing' });
  t.match(status({ ...accepted, isFresh: false }), { ...failing, state: 'not_registered' });
  t.match(status({ acceptedAt: 3000, isFresh: true }), { ...fine, lastAcceptedAt: at(3) });
  t.match(status(accepted), { state: 'registered', reason: null });
});

t.test('a controller that has forgotten it makes it unknown since then', async (t) => {
  const { clock, watch, status } = watching();
  watch.registered();
  clock.advance(2000);
  watch.forgotten();
  t.match(status(), { state: 'not_registered', since: at(2), reason: null });
  watch.failed('refused', 'start it');
  clock.advance(1000);
  watch.registered();
  t.match(status({ acceptedAt: 3000, isFresh: true }), { state: 'registered', since: at(3) });
});

t.test('a worker that stops leaves', async (t) => {
  const { status } = watching();
  t.match(status({ isDraining: true }), { state: 'draining', since: null });
});
