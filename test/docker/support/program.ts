// Starts programs as a container engine does: a command with an environment of its own, and signals.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Test } from 'tap';

export interface ProgramOptions {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** User and group to run as; only root can choose. */
  readonly uid?: number | undefined;
}

/** A program that runs, ended with the test at the latest. */
export interface Program {
  /** Whether it still runs. */
  readonly running: boolean;
  /** Everything it wrote so far, both streams. */
  readonly output: string;
  /** Resolves with the exit code when it ends by itself. */
  readonly ended: Promise<number | null>;
  /** Sends SIGTERM and resolves with the exit code, null if it took a kill. */
  stop(): Promise<number | null>;
}

/** How long a program may take to end after SIGTERM, in milliseconds. */
const PATIENCE_MS = 5000;

/** Starts a program. */
export function startProgram(t: Test, { command, cwd, env, uid }: ProgramOptions): Program {
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    cwd,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'close').then(() => child.exitCode);
  const stop = async () => {
    if (isRunning(child)) child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    const code = await ended;
    clearTimeout(kill);
    return code;
  };
  t.teardown(stop);
  return {
    get running() {
      return isRunning(child);
    },
    get output() {
      return output;
    },
    ended,
    stop,
  };
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** Runs a command to its end and gives the exit code. */
export async function exitCodeOf({ command, cwd, env }: ProgramOptions): Promise<unknown> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { cwd, env: { ...env }, stdio: 'ignore' });
  const [code] = await once(child, 'close');
  return code;
}

/** How long a program may take until its health check passes, in milliseconds. */
const START_MS = 60_000;

/** Asks again and again, as an engine does, until the check passes; throws what the program wrote. */
export async function healthy(program: Program, check: ProgramOptions): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (program.running && Date.now() < deadline) {
    if ((await exitCodeOf(check)) === 0) return;
  }
  throw new Error(`not healthy: ${check.command.join(' ')}\n${program.output}`);
}
