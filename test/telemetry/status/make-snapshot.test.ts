// A snapshot: what worker and admission have told, and what they say of themselves.

import t from 'tap';
import type { AdmissionSnapshot } from '../../../src/admission/admission.ts';
import { ModelError } from '../../../src/model/model-error.ts';
import { Redactor } from '../../../src/telemetry/redactor.ts';
import { SnapshotMaker } from '../../../src/telemetry/status/make-snapshot.ts';
import { RegistrationWatch } from '../../../src/telemetry/status/registration-watch.ts';
import { statusSnapshot } from '../../../src/telemetry/status/snapshot.ts';
import { StatusObserver } from '../../../src/telemetry/status/status-observer.ts';
import { failedReport, reportOf, statusTime } from '../../support/status-parts.ts';
import { served } from '../../support/worker-parts.ts';

const SECRET = '0123456789abcdef.planted';

const endpoint = { account: '#1', model: 'glm-4.6', limit: 5, inFlight: 2, lastAcceptedAt: null };

const ADMISSION: AdmissionSnapshot = {
  ...{ running: 2, waiting: 1, longestWaitMs: 7, shares: [], fallbacks: [] },
  queue: [
    { name: 'zhipu-api', kind: 'chat', reason: 'learned_limit', waiting: 1, longestWaitMs: 7 },
  ],
  endpoints: [
    { ...endpoint, outage: true, restsUntil: 1500, restsBecause: 'key_invalid' },
    { ...endpoint, account: '#2', outage: false, restsUntil: null, restsBecause: null },
  ],
};

function making() {
  const { clock, time } = statusTime();
  const observer = new StatusObserver(time, clock, new Redactor([SECRET]), () => ADMISSION);
  const maker = new SnapshotMaker({
    time,
    observer,
    registration: new RegistrationWatch(time),
    facts: {
      ...{ version: '1.2.3', node: 'v20.19.0', limit: 256 },
      settings: [{ name: 'PORT', value: '1', isDefault: false }],
    },
    sources: {
      admission: () => ADMISSION,
      models: () => [served('zhipu-api')],
      isDraining: () => false,
      clockBehindMs: () => 1234,
      registration: () => null,
    },
  });
  return { clock, observer, maker };
}

t.test('everything that was told is in it, in the form of the schema', async (t) => {
  const { clock, observer, maker } = making();
  const request = { requestId: 'request-1', name: 'zhipu-api' };
  observer.queued({ ...request, reason: 'own_limit' });
  observer.permitted({ ...request, model: 'glm-4.6', account: '#1', attempt: 1 });
  const error = new ModelError('key_invalid', { code: '1002', status: 401 });
  const attempt = { requestId: 'request-1', model: 'glm-4.6', account: '#1', attempt: 1 };
  observer.attemptFailed({ ...attempt, error, nextWaitMs: null });
  observer.requestFinished(failedReport('key_invalid', { upstream: error.upstream }));
  observer.requestFinished(reportOf({ requestId: 'request-2' }));
  observer.queued({ requestId: 'request-3', name: 'zhipu-api', reason: 'learned_limit' });
  clock.advance(1000);
  maker.reloaded('a field too many');
  const snapshot = maker.make();
  t.strictSame(statusSnapshot.parse(snapshot), snapshot);
  t.match(snapshot, {
    at: '2026-01-02T03:04:06.000Z',
    verdict: { level: 'warn' },
    worker: {
      ...{ version: '1.2.3', node: 'v20.19.0', startedAt: '2026-01-02T03:04:05.000Z' },
      clockBehindMs: 1234,
      draining: false,
      models: [{ name: 'zhipu-api', glmModel: 'glm-zhipu-api', chats: false, embeds: false }],
    },
    registration: { state: 'off' },
    failures: [{ kind: 'key_invalid', requests: 1, attempts: 1, model: 'glm-4.6' }],
    load: {
      ...{ running: 2, waiting: 1, longestWaitMs: 7, limit: 256, historyStepMs: 5000 },
      endpoints: [
        { account: '#1', running: 2, limit: 5, restsForMs: 500, restsBecause: 'key_invalid' },
        { account: '#2', restsForMs: null, restsBecause: null },
      ],
    },
    speed: { answers: 1, firstTextP50Ms: 500 },
    lastReload: { at: '2026-01-02T03:04:06.000Z', isTaken: false, reason: 'a field too many' },
    settings: [{ name: 'PORT' }],
    active: [{ requestId: 'request-3' }],
    requests: [{ requestId: 'request-2' }, { requestId: 'request-1' }],
  });
  t.strictSame(snapshot.load.queue, [
    { name: 'zhipu-api', reason: 'learned_limit', waiting: 1, longestWaitMs: 7 },
  ]);
  t.strictSame(snapshot.load.history.at(-1), { running: 2, waiting: 1 });
});

t.test('a refusal that is put right at once counts for nobody, one that stays does', async (t) => {
  const { observer, maker } = making();
  const error = new ModelError('key_invalid', { code: '1003' }, { amended: true });
  const names = { requestId: 'request-1', model: 'glm-4.6', account: '#1' };
  observer.attemptFailed({ ...names, attempt: 1, error, nextWaitMs: 0 });
  t.strictSame(maker.make().failures, []);
  observer.attemptFailed({ ...names, attempt: 2, error, nextWaitMs: null });
  t.match(maker.make().failures, [{ kind: 'key_invalid', attempts: 1, account: '#1' }]);
});

t.test('before the first reload there is none, and a good one has no reason', async (t) => {
  const { maker } = making();
  t.equal(maker.make().lastReload, null);
  maker.reloaded(null);
  t.match(maker.make().lastReload, { isTaken: true, reason: null });
});

t.test('a name that a caller chose is cut, and holds no secret', async (t) => {
  const { observer, maker } = making();
  const model = `${SECRET} ${'m'.repeat(5000)}`;
  const asked = { model, upstreamModel: '' };
  observer.requestFinished(failedReport('model_not_served', asked));
  const { requests, failures } = maker.make();
  const shown = `[secret] ${'m'.repeat(191)}`;
  t.match([requests[0]?.model, failures[0]?.model], [shown, shown]);
});

t.test('what the snapshot of admission shows by itself is not kept twice', async (t) => {
  const { observer, maker } = making();
  const before = maker.make();
  observer.attemptAnswered();
  observer.accountRested();
  observer.fallbackTaken();
  observer.limitLearned();
  observer.outageChanged();
  observer.unknownModel();
  t.strictSame(maker.make(), before);
});
