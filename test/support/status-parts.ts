// A snapshot of a worker at which all is well, and what it is made of, to be changed by tests.

import { Failure } from '../../src/failure/failure.ts';
import type { FailureKind } from '../../src/failure/kinds.ts';
import type { UpstreamDetail } from '../../src/model/model-error.ts';
import type { StatusSnapshot } from '../../src/telemetry/status/snapshot.ts';
import { StatusTime } from '../../src/telemetry/status/status-time.ts';
import type { RequestReport } from '../../src/worker/observer.ts';
import { FakeClock } from './fake-clock.ts';

/** The hour at which the clock of a test stands at 0. */
const EPOCH = Date.parse('2026-01-02T03:04:05.000Z');

/** A clock at 0, and the hours that belong to it. */
export function statusTime() {
  const clock = new FakeClock();
  return { clock, time: new StatusTime(clock, () => EPOCH + clock.now()) };
}

/** An answer like any other. */
export function reportOf(more: Partial<RequestReport> = {}): RequestReport {
  return {
    requestId: 'request-1',
    path: '/worker_generate_stream',
    operation: 'chat',
    model: 'zhipu-api',
    upstreamModel: 'glm-4.6',
    fallback: null,
    outcome: { is: 'done', finish: 'stop' },
    usage: { promptTokens: 10, completionTokens: 20, totalTokens: 30 },
    upstreamRequestId: 'upstream-1',
    countedUsage: null,
    onlyReasoning: false,
    attempts: 1,
    failedAttempts: [],
    account: '#1',
    waitedMs: 4,
    firstTextMs: 500,
    totalMs: 1500,
    ...more,
  };
}

/** A request that failed before its first text. */
export function failedReport(
  kind: FailureKind,
  { upstream = {}, ...more }: Partial<RequestReport> & { upstream?: UpstreamDetail } = {},
): RequestReport {
  const failure = new Failure(kind, { upstream });
  return reportOf({ outcome: { is: 'failed', failure }, firstTextMs: null, usage: null, ...more });
}

/** All is well, and nothing has come yet. */
export const CALM: StatusSnapshot = {
  at: '2026-01-02T03:04:05.000Z',
  verdict: { level: 'ok', sentence: 'Registered and answering.', remedy: '' },
  worker: {
    version: '1.2.3',
    node: 'v20.19.0',
    startedAt: '2026-01-02T03:00:00.000Z',
    clockBehindMs: 0,
    draining: false,
    models: [{ name: 'zhipu-api', glmModel: 'glm-4.6', chats: true, embeds: false }],
  },
  registration: {
    state: 'registered',
    controller: 'http://controller:21001',
    address: 'http://worker:21002',
    since: '2026-01-02T03:00:01.000Z',
    lastAcceptedAt: '2026-01-02T03:04:00.000Z',
    reason: null,
    remedy: null,
  },
  failures: [],
  failureWindowMs: 300_000,
  load: {
    ...{ running: 0, waiting: 0, longestWaitMs: 0, limit: 256, queue: [], endpoints: [] },
    ...{ history: [{ running: 0, waiting: 0 }], historyStepMs: 5000 },
  },
  speed: {
    ...{ windowMs: 300_000, answers: 0, firstTextP50Ms: null, firstTextP95Ms: null },
    ...{ answerTokensPerSecond: null, outputTokensPerSecond: 0 },
  },
  lastReload: null,
  settings: [
    { name: 'PORT', value: '21002', isDefault: true },
    { name: 'LOG_LEVEL', value: 'debug', isDefault: false },
  ],
  active: [],
  requests: [],
};
