// What of the registration reaches the status page: reasons without secrets, remedies, the moment.

import t from 'tap';
import { AdvertisedAddress } from '../../src/app/addresses.ts';
import { allOf, registrationFacts, registrationStatus } from '../../src/app/registration-events.ts';
import { ControllerError } from '../../src/controller/controller-error.ts';
import { Redactor } from '../../src/telemetry/redactor.ts';
import { RegistrationWatch } from '../../src/telemetry/status/registration-watch.ts';
import { settingsFrom } from '../support/start-worker.ts';
import { statusTime } from '../support/status-parts.ts';

const redactor = new Redactor(['planted']);

const facts = { controller: '', address: null, acceptedAt: 0, isFresh: true, isDraining: false };

function watching() {
  const watch = new RegistrationWatch(statusTime().time);
  return { watch, events: registrationStatus(watch, redactor) };
}

t.test('a problem is shown with its remedy, short and without secrets', async (t) => {
  const { watch, events } = watching();
  const message = `no planted ${'x'.repeat(1000)}`;
  events.failed(new ControllerError(message, { remedy: 'start it', answered: false }), 500);
  t.match(watch.status({ ...facts, acceptedAt: null }), {
    ...{ reason: `no [secret] ${'x'.repeat(288)}`, remedy: 'start it' },
  });
  events.failed(new TypeError('odd'), 500);
  t.match(watch.status({ ...facts, acceptedAt: null }), {
    ...{ reason: 'TypeError: odd', remedy: 'a defect of this worker: please report the log line' },
  });
  events.registered();
  t.match(watch.status(facts), { state: 'registered', reason: null });
  events.forgotten();
  t.match(watch.status({ ...facts, acceptedAt: null }), { state: 'not_registered' });
});

t.test('all listeners hear of everything', async (t) => {
  const heard: string[] = [];
  const listener = (name: string) => ({
    registered: () => heard.push(`${name} registered`),
    forgotten: () => heard.push(`${name} forgotten`),
    failed: (error: unknown, waitMs: number) => heard.push(`${name} ${error} ${waitMs}`),
  });
  const all = allOf(listener('a'), listener('b'));
  all.registered();
  all.forgotten();
  all.failed('odd', 5);
  t.strictSame(heard, [
    ...['a registered', 'b registered', 'a forgotten', 'b forgotten', 'a odd 5', 'b odd 5'],
  ]);
});

t.test('addresses are shown without their passwords', async (t) => {
  const { controller } = settingsFrom({
    ...{ ZHIPUAI_API_KEY: `${'0'.repeat(32)}.abcdefgh01234567`, WORKER_ADDRESS: 'auto' },
    CONTROLLER_ADDRESS: 'http://controller:21001',
  });
  const state = { draining: true, registration: null };
  t.equal(registrationFacts(controller, { ...state, address: null }, redactor), null);
  const address = new AdvertisedAddress(controller, 'http://127.0.0.1:1');
  const shown = () => registrationFacts(controller, { ...state, address }, redactor);
  const now = { controller: 'http://controller:21001', acceptedAt: null, isFresh: false };
  t.strictSame(shown(), { ...now, address: null, isDraining: true });
  address.known = 'http://me:planted@host';
  t.strictSame(shown(), { ...now, address: 'http://me:[secret]@host', isDraining: true });
});
