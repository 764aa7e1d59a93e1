// Several listeners behind one: each hears everything, in their order.

import t from 'tap';
import type { AdmissionEvents } from '../../src/admission/events.ts';
import { finishObserver, listeners, observers } from '../../src/telemetry/observers.ts';
import type { Observer } from '../../src/worker/observer.ts';

const EVENTS = [
  ...(['queued', 'permitted', 'attemptAnswered', 'attemptFailed', 'accountRested'] as const),
  ...(['fallbackTaken', 'limitLearned', 'outageChanged'] as const),
];

t.test('what admission tells reaches every listener', async (t) => {
  const heard: unknown[] = [];
  /** Notes what it is told, with its own name. */
  const noting = (who: string): AdmissionEvents =>
    Object.assign(
      {} as AdmissionEvents,
      ...EVENTS.map((event) => ({
        [event]: (facts: unknown) => heard.push([who, event, facts]),
      })),
    );
  const all = listeners(noting('log'), noting('metrics'));
  for (const event of EVENTS) all[event](Object(event));
  t.strictSame(
    heard,
    EVENTS.flatMap((event) => [
      ['log', event, Object(event)],
      ['metrics', event, Object(event)],
    ]),
  );
});

t.test('so does what the worker tells', async (t) => {
  const heard: unknown[] = [];
  const noting = (who: string): Observer => ({
    requestFinished: (report) => heard.push([who, report]),
    unknownModel: (model, answeredAs) => heard.push([who, model, answeredAs]),
  });
  const finished = finishObserver(() => heard.push(['finished']));
  const all = observers(noting('log'), finished);
  all.requestFinished(Object('report'));
  all.unknownModel('x', 'first');
  t.strictSame(heard, [['log', Object('report')], ['finished'], ['log', 'x', 'first']]);
});
