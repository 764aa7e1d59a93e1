// What commands share of the process: its streams, signals and exit codes.

import type { DestinationStream } from 'pino';
import { readableLines } from '../telemetry/readable-lines.ts';
import { withoutSuspects } from '../telemetry/redactor.ts';

/** The process, as far as commands may touch it. */
export interface Io {
  /** Arguments without the interpreter and the script. */
  readonly argv: readonly string[];
  /** A command may add to it what a library is to find there. */
  readonly env: Record<string, string | undefined>;
  /** Such as `20.19.0`. */
  readonly nodeVersion: string;
  /** Where `.env` is looked for. */
  readonly directory: string;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Where the log of a server goes; never in its way. */
  readonly logs: DestinationStream;
  /** Calls `action` for each SIGTERM or SIGINT. */
  onSignal(action: () => void): void;
  /** Calls `action` for each SIGHUP. */
  onReload(action: () => void): void;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** Exit codes: 1 = it failed, 2 = it was called wrongly. */
const FAILED = 1;
const MISUSED = 2;

/**
 * Says what is wrong, a line each, and gives back the exit code for wrong calls. A key in the wrong
 * place is not repeated: what a command prints at its start ends up in logs of others.
 */
export function misuse(io: Io, problems: readonly string[]): number {
  for (const problem of problems) io.stderr.write(`glm-worker: ${withoutSuspects(problem)}\n`);
  return MISUSED;
}

/** The log as whoever gets it can read it: lines for people on a terminal, JSON for programs. */
export function logsFor({ logs, stderr }: Io): DestinationStream {
  return stderr.isTTY ? readableLines(logs, stderr.hasColors()) : logs;
}

/** Aborts at the first SIGTERM or SIGINT; the second one ends the process at once. */
export function stopSignal(io: Io): AbortSignal {
  const stop = new AbortController();
  io.onSignal(() => {
    if (stop.signal.aborted) io.exit(FAILED);
    stop.abort();
  });
  return stop.signal;
}

/** Aborts when nobody reads standard output any more, as in `| head`. */
export function unread({ stdout }: Io): AbortSignal {
  const gone = new AbortController();
  stdout.once('error', () => gone.abort());
  return gone.signal;
}

/** Resolves once `signal` aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
}

/** Says what went wrong, in one line, and gives back the exit code. */
export function failed(io: Io, error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  io.stderr.write(`glm-worker: ${withoutSuspects(message.replace(/\n.*/s, ''))}\n`);
  return FAILED;
}
