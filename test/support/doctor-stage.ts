// `glm-worker doctor` on a stage of its own: a sandbox in place of GLM, a controller, a free port.

import type { Test } from 'tap';
import { main } from '../../src/commands/main.ts';
import { allChecks } from '../../src/doctor/all-checks.ts';
import type { Status } from '../../src/doctor/check.ts';
import type { MiniController } from '../../src/sandbox/controller/mini-controller.ts';
import { type FakeGlm, SANDBOX_KEY, startFakeGlm } from '../../src/sandbox/glm/fake-glm.ts';
import { fakeIo } from './fake-io.ts';
import { freePort } from './free-port.ts';
import { withController } from './with-controller.ts';

type Env = Readonly<Record<string, string>>;

export interface DoctorStage {
  readonly glm: FakeGlm;
  readonly controller: MiniController;
  /** Settings with which nothing is wrong. */
  readonly env: Env;
  readonly port: number;
}

/** Everything that a worker needs, until the test ends. */
export async function doctorStage(t: Test): Promise<DoctorStage> {
  const glm = await startFakeGlm();
  t.teardown(() => glm.close());
  const controller = await withController(t);
  const port = await freePort();
  const env = {
    PORT: `${port}`,
    CONTROLLER_ADDRESS: controller.url,
    GLM_MODEL: 'glm-4.6',
    ZHIPUAI_API_KEY: SANDBOX_KEY,
    ZHIPUAI_BASE_URL: glm.url,
  };
  return { glm, controller, env, port };
}

/** What a check is expected to say; `found` alone means that it is well. */
export interface Expected {
  readonly status: Status;
  readonly found: string;
  readonly remedy?: readonly string[];
  readonly details?: readonly string[];
}

export interface Report {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface DoctorOptions {
  readonly flags?: readonly string[];
  readonly directory?: string;
  /** Texts that differ from run to run, and what stands in their place. */
  readonly masks?: Readonly<Record<string, string>>;
}

/** Runs it in a process that is none. */
export async function runDoctor(
  env: Env,
  { flags = [], masks = {}, ...options }: DoctorOptions = {},
): Promise<Report> {
  const { io, stdout, stderr } = fakeIo(['doctor', ...flags], { env, ...options });
  const code = await main(io);
  return { code, stdout: masked(stdout.text, masks), stderr: masked(stderr.text, masks) };
}

/** Runs one check with what it needs; its line without padding, then those below it. */
export async function checkLines(
  id: string,
  env: Env,
  { flags = [], ...options }: DoctorOptions = {},
): Promise<string[]> {
  const { stdout } = await runDoctor(env, { flags: ['--only', id, ...flags], ...options });
  const blocks = stdout.split(/^(?=ok {4}|warn {2}|FAIL {2}|skip {2}|\d+ ok)/m);
  const block = blocks.find((one) => one.slice(6).startsWith(`${id} `)) ?? stdout;
  const lines = block.trim().split('\n');
  return lines.map((line) => line.trim().replace(/ {2,}/g, ' '));
}

/** The same with the settings of a stage, some of which differ. */
export function checkOnStage(
  id: string,
  stage: DoctorStage,
  more: Env = {},
  flags: readonly string[] = [],
): Promise<string[]> {
  return checkLines(id, { ...stage.env, ...more }, { flags, masks: masksOf(stage) });
}

function masked(text: string, masks: Readonly<Record<string, string>>): string {
  const longestFirst = Object.entries(masks).toSorted(([a], [b]) => b.length - a.length);
  const named = longestFirst.reduce((rest, [from, to]) => rest.replaceAll(from, to), text);
  return named.replace(/\((?:\d+) ms\)/g, '(N ms)').replace(/"ms": \d+/g, '"ms": 0');
}

/** What stands in place of the addresses of a stage. */
export function masksOf({ glm, controller, port }: DoctorStage): Record<string, string> {
  return { [glm.url]: 'GLM', [controller.url]: 'CONTROLLER', [`${port}`]: 'PORT' };
}

const WORDS = { ok: 'ok  ', warn: 'warn', fail: 'FAIL', skip: 'skip' } as const;

/** The whole output in text, from what each check is expected to say. */
export function expectedText(lines: Readonly<Record<string, Expected>>): string {
  const blocks = Object.entries(lines).map(([id, { status, found, remedy = [], details = [] }]) => [
    `${WORDS[status]}  ${id.padEnd(10)}  ${found}  (N ms)`,
    ...details.map((line) => `        ${line}`),
    ...remedy.map((line) => `      -> ${line}`),
  ]);
  const { ok, warn, fail, skip } = countsIn(lines);
  const total = `${ok} ok, ${warn} warn, ${fail} FAIL, ${skip} skip`;
  return [...blocks.flat(), total, ''].join('\n');
}

/** The same as JSON. */
export function expectedJson(
  lines: Readonly<Record<string, Expected>>,
  version: string,
): Readonly<Record<string, unknown>> {
  const checks = Object.entries(lines).map(([id, { remedy = [], details = [], ...rest }]) => {
    const title = allChecks.find((check) => check.id === id)?.title;
    return { id, title, ...rest, remedy, details, ms: 0 };
  });
  return { version, counts: countsIn(lines), checks };
}

function countsIn(lines: Readonly<Record<string, Expected>>): Record<Status, number> {
  const count = (status: Status) =>
    Object.values(lines).filter((line) => line.status === status).length;
  return { ok: count('ok'), warn: count('warn'), fail: count('fail'), skip: count('skip') };
}
