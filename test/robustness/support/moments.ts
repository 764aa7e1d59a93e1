// The moments at which a caller may leave or a worker be stopped, and how a test gets to each of them.

import type { Test } from 'tap';
import type { Scenario } from '../../../src/sandbox/glm/scenario.ts';
import { type Running, start } from '../../support/http-call.ts';
import { HELLO, type TestWorker } from '../../support/start-worker.ts';
import { PATHS, type PathName } from './told.ts';

/** A moment in the life of a request. */
export interface Moment {
  readonly name: string;
  readonly paths: readonly PathName[];
  readonly scenario: Scenario;
  readonly env?: Readonly<Record<string, string>>;
  /** The pause that the caller is in, in milliseconds: leaving ends it, the drain deadline does not. */
  readonly pauseMs?: number;
  /** Whether another request has the only place. */
  readonly inLine?: boolean;
  /** Resolves when the moment has come. */
  readonly come: (worker: TestWorker, running: Running) => Promise<unknown>;
}

/** The longest pause there can be between two frames. */
const PAUSE_MS = 1000;

const CHATS = ['stream', 'whole'] as const;
const ALL = [...CHATS, 'embeddings'] as const;
const ENDLESS = { kind: 'chat', text: 'on and on ', repeat: 1_000_000, paceMs: 1 } as const;

/** Resolves when `reached` holds; looks at every turn of the event loop. */
async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await reached())) await new Promise(setImmediate);
}

const asked = ({ glm }: TestWorker) => glm.waitForCall(1);

/** All moments. */
export const moments: readonly Moment[] = [
  {
    name: 'waits in line',
    paths: ALL,
    scenario: { kind: 'fault', fault: 'hang-before-headers' },
    inLine: true,
    come: async (worker) => until(async () => (await worker.queueLength()) === 2),
  },
  {
    name: 'waits for headers',
    paths: ALL,
    scenario: { kind: 'fault', fault: 'hang-before-headers' },
    come: asked,
  },
  {
    name: 'waits for the first text',
    paths: ALL,
    scenario: { kind: 'fault', fault: 'hang-after-headers' },
    come: async ({ glm }) => until(() => glm.calls[0]?.status === 200),
  },
  {
    name: 'is in the middle of the text',
    paths: CHATS,
    scenario: ENDLESS,
    come: async ({ glm }) => until(() => Number(glm.calls[0]?.events) > 10),
  },
  {
    name: 'is given a pause between two frames',
    paths: ['stream'],
    scenario: ENDLESS,
    env: { STREAM_INTERVAL: String(PAUSE_MS) },
    pauseMs: PAUSE_MS,
    come: (_worker, running) => running.frame(({ text }) => text !== ''),
  },
  {
    name: 'gets the text so far again',
    paths: ['stream'],
    scenario: { kind: 'fault', fault: 'hang-mid-stream', pieces: ['half', '…'], after: 1 },
    env: { KEEP_ALIVE_INTERVAL: '0.05' },
    come: (_worker, running) => {
      let seen = 0;
      return running.frame(({ text }) => text === 'half' && ++seen > 2);
    },
  },
  {
    name: 'waits for another try',
    paths: ALL,
    scenario: { kind: 'error', status: 503, code: '500', retryAfter: 30 },
    come: async ({ glm }) => until(() => glm.calls[0]?.outcome === 'failed'),
  },
];

/** Begins a request on a path. */
export function begin(t: Test, { url }: TestWorker, path: PathName): Running {
  const body = path === 'embeddings' ? { model: 'embedding-3', input: ['one'] } : HELLO;
  return start(t, url + PATHS[path], { body });
}

/** Brings a request to the moment; the holder is the one that has the only place, if need be. */
export async function reach(t: Test, worker: TestWorker, moment: Moment, path: PathName) {
  worker.glm.setDefault(moment.scenario);
  const holder = moment.inLine === true ? begin(t, worker, path) : null;
  if (holder !== null) await asked(worker);
  const running = begin(t, worker, path);
  await moment.come(worker, running);
  return { running, holder };
}
