// An attack with honest streams beside it: what has to hold for each, and the line of the table.

import { appendFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Test } from 'tap';
import { type FakeGlm, startFakeGlm } from '../../../src/sandbox/glm/fake-glm.ts';
import { freePort } from '../../support/free-port.ts';
import { type Honest, honestCallers, honestGlm, type Round } from './honest.ts';
import { type WorkerOptions, WorkerProcess } from './worker-process.ts';

/** Nobody notices a gap of so many milliseconds. */
const UNNOTICED_MS = 150;

/**
 * On a machine that does other things there are such gaps without any worker. So gaps may be so many
 * times as long as the longest without the attack, or past the worker during it; the table shows them.
 */
const GAP_FACTOR = 5;

/** Descriptors that streams under way and the runtime take. */
const DESCRIPTORS_SLACK = 24;

/** How long a process may take to close what an attack has opened, in milliseconds. */
const SETTLING_MS = 20_000;

/** A worker, honest callers, and the GLM of either side. */
export interface Stage {
  readonly url: string;
  readonly worker: WorkerProcess;
  readonly honest: Honest;
  /** Answers all names but `chat`. */
  readonly glm: FakeGlm;
  /** Longest gap of honest streams while nobody attacked, in milliseconds. */
  usualGap: number;
}

interface StageOptions extends WorkerOptions {
  /** Entries of MODELS_FILE beside those that every stage has. */
  readonly models?: Readonly<Record<string, object>>;
}

/**
 * Starts a worker that serves `chat` to honest callers and, from another GLM, `long`, `seeing`,
 * `narrow` (one request at a time) and `embedding-3` to whoever attacks.
 */
export async function stage(t: Test, options: StageOptions = {}): Promise<Stage> {
  const [ours, glm] = await Promise.all([honestGlm(t), startFakeGlm()]);
  t.teardown(() => glm.close());
  const theirs = { base_url: glm.url };
  const models = {
    chat: { version: 'glm-4.6' },
    long: { version: 'glm-4-long', ...theirs },
    seeing: { version: 'glm-4.6v', ...theirs },
    narrow: { version: 'glm-4-long', limit_worker_concurrency: 1, ...theirs },
    'embedding-3': { dimensions: 1024, ...theirs },
    ...options.models,
  };
  const folder = t.testdir({ 'models.json': JSON.stringify(models) });
  const port = await freePort();
  const env = {
    PORT: String(port),
    NO_REGISTER: 'true',
    CONTEXT_LEN: 'auto',
    ZHIPUAI_BASE_URL: ours,
    MODELS_FILE: 'models.json',
    ...options.env,
  };
  const worker = new WorkerProcess(t, folder, { ...options, env });
  await listening(worker, port, () => options.hangUp && worker.hangUp());
  const url = `http://127.0.0.1:${port}`;
  return { url, worker, glm, honest: honestCallers(t, url, ours, worker.pid), usualGap: 0 };
}

async function listening(
  worker: WorkerProcess,
  port: number,
  meanwhile: () => unknown,
): Promise<void> {
  while (worker.alive) {
    meanwhile();
    const socket = connect(port, '127.0.0.1');
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (open) return;
    await pause(5);
  }
  throw new Error(`the worker ended at its start: ${worker.log.join('\n')}`);
}

interface AttackOptions {
  /** Whether honest callers come while it lasts; those that are there go on in any case. */
  readonly newcomers?: boolean;
}

/**
 * Runs an attack beside honest streams, and checks that these are complete and right, that nobody
 * waits much longer than without it, and that the process lives and closes what it opened.
 * @param act does it, checks its answers, and says in a few words what they were
 */
export function attack(
  t: Test,
  on: Stage,
  name: string,
  act: (t: Test) => Promise<string>,
  { newcomers = true }: AttackOptions = {},
): Promise<unknown> {
  return t.test(name, async (t) => {
    const { worker, honest } = on;
    const usual = await honest.round();
    on.usualGap = Math.max(on.usualGap, usual.gap);
    const before = worker.descriptors;
    worker.forgetCosts();
    const rounds = [honest.round()];
    let over = false;
    const acting = act(t).finally(() => {
      over = true;
    });
    acting.catch(() => undefined);
    await rounds[0];
    while (newcomers && !over && worker.alive) {
      rounds.push(honest.round());
      await rounds.at(-1);
    }
    const answer = await acting;
    rounds.push(honest.round());
    const done = await Promise.all(rounds);
    const later = await honest.round();
    on.usualGap = Math.max(on.usualGap, later.gap);
    const { costs } = worker;
    const after = await settled(worker, before);
    const gap = Math.max(...done.map((round) => round.gap));
    const past = Math.max(...done.map((round) => round.gapPast));
    tell({ name, answer, usual: usual.gap, past, gap, ...costs, before, after });
    t.ok(worker.alive, 'the process lives');
    t.strictSame(faultsOf([usual, ...done, later]), [], 'honest streams are whole');
    const most = Math.max(UNNOTICED_MS, GAP_FACTOR * Math.max(on.usualGap, past));
    const [longest, without, aside] = [gap, usual.gap, past].map(Math.round);
    t.ok(
      gap <= most,
      `gap ${longest} ms, without the attack ${without} ms, past the worker ${aside} ms`,
    );
    t.ok(after <= before + DESCRIPTORS_SLACK, `${before} descriptors before, ${after} after`);
  });
}

function faultsOf(rounds: readonly Round[]): string[] {
  return rounds.flatMap(({ faults }) => faults);
}

/** Open descriptors, once they are no more than usual or have had the time for it. */
async function settled(worker: WorkerProcess, before: number): Promise<number> {
  const until = performance.now() + SETTLING_MS;
  while (worker.descriptors > before + DESCRIPTORS_SLACK && performance.now() < until) {
    await pause(50);
  }
  return worker.descriptors;
}

/** A line of the table; times in milliseconds, memory in MB. */
export interface TableRow {
  readonly name: string;
  readonly answer: string;
  readonly usual: number;
  readonly past: number;
  readonly gap: number;
  readonly heap: number;
  readonly rss: number;
  readonly before: number;
  readonly after: number;
}

function tell(row: TableRow): void {
  const { HOSTILE_TABLE: file } = process.env;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
}
