// Shows the worker itself: what it is, how it stands with its controller, what it was told last.

import type { WorkerTally } from '../worker-tally.ts';
import type { MetricMaker } from './metric-maker.ts';

/** What was written to callers in streams; counted there, because each frame comes by. */
export interface WrittenTally {
  readonly frames: number;
  readonly bytes: number;
}

/** How this worker stands with its controller. */
export interface RegistrationState {
  readonly isRegistered: boolean;
  /** When the controller last accepted a heart beat, in milliseconds since the epoch; null = never. */
  readonly acceptedAt: number | null;
}

export interface WorkerFacts {
  readonly version: string;
  /** Version of Node.js. */
  readonly node: string;
  readonly tally: WorkerTally;
  readonly written: WrittenTally;
  readonly isDraining: () => boolean;
  /** Null without a controller. */
  readonly registration: (() => RegistrationState) | null;
}

export function addWorkerMetrics(make: MetricMaker, facts: WorkerFacts): void {
  const { version, node, tally, written, isDraining, registration } = facts;
  make.gauges('build_info', 'Always 1: the versions of glm-worker and Node.js.', LABELS, () => [
    [{ version, node }, 1],
  ]);
  make.gauge('draining', 'Whether the worker was told to stop.', () => (isDraining() ? 1 : 0));
  make.total('frames_total', 'Frames of streams that were written.', () => written.frames);
  make.total('sent_bytes_total', 'Bytes of those frames.', () => written.bytes);
  make.total(
    'token_renewals_total',
    'Signed tokens that GLM refused and that were signed anew.',
    () => tally.tokenRenewals,
  );
  make.total(
    'auth_failures_total',
    'Requests to this worker whose credentials or key were missing or wrong.',
    () => tally.authFailures,
  );
  addReloadMetrics(make, tally);
  if (registration !== null) addRegistrationMetrics(make, tally, registration);
}

const LABELS = ['version', 'node'] as const;

function addReloadMetrics(make: MetricMaker, tally: WorkerTally): void {
  make.gauge(
    'models_reload_timestamp_seconds',
    'When MODELS_FILE was last read, at the start or for SIGHUP.',
    () => tally.reload.at / 1000,
  );
  make.gauge(
    'models_reload_success',
    'Whether what was read then is served; if not, the models from before are.',
    () => (tally.reload.isTaken ? 1 : 0),
  );
}

function addRegistrationMetrics(
  make: MetricMaker,
  tally: WorkerTally,
  read: () => RegistrationState,
): void {
  make.gauge('registered', 'Whether the FastChat controller knows the worker.', () =>
    read().isRegistered ? 1 : 0,
  );
  make.gauge(
    'heart_beat_accepted_timestamp_seconds',
    'When the controller last accepted a registration or heart beat.',
    () => {
      const { acceptedAt } = read();
      return acceptedAt === null ? null : acceptedAt / 1000;
    },
  );
  make.total(
    'heart_beat_failures_total',
    'Registrations and heart beats that failed.',
    () => tally.heartBeatFailures,
  );
  make.total(
    'controller_forgot_total',
    'Heart beats that the controller answered with not knowing the worker.',
    () => tally.timesForgotten,
  );
}
