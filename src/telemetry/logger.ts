// pino as we use it: JSON lines, secrets taken out, only what is listed goes in.

import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import type { Redactor } from './redactor.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface LogOptions {
  readonly level: LogLevel;
  /** Cleans every line, whoever logs what. */
  readonly redactor: Redactor;
}

/** A logger that writes JSON lines to `destination`. */
export function createLogger(
  { level, redactor }: LogOptions,
  destination: DestinationStream,
): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
  };
  return pino(options, { write: (line) => destination.write(redactor.clean(line)) });
}

/** Thrown by code that went wrong, not by a network or a peer; only these need their stack. */
const BUGS = new Set(['Error', 'TypeError', 'RangeError', 'ReferenceError', 'AssertionError']);

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack } = error;
  const code = 'code' in error ? error.code : undefined;
  const isBug = code === undefined && BUGS.has(name);
  return { name, message, ...(code !== undefined && { code }), ...(isBug && { stack }) };
}
