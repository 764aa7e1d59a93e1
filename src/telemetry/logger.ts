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
    formatters: {
      level: (label) => ({ level: label }),
      log: (fields) => withShortTexts(fields, redactor),
    },
    serializers: { err: (error) => describeError(error, redactor) },
  };
  return pino(options, { write: (line) => destination.write(redactor.clean(line)) });
}

/** Longest text of a field, in UTF-16 units; what callers choose has no need to be as long. */
const TEXT_LIMIT = 1000;
const LIMITS: ReadonlyMap<string, number> = new Map([
  ['path', 200],
  ['origin', 200],
  ['host', 200],
  ['model', 200],
]);

/** Longest message and stack of an error that are logged, in UTF-16 units. */
const MESSAGE_LIMIT = 300;
const STACK_LIMIT = 4000;

type Fields = Record<string, unknown>;

/** Long texts are cut here and nowhere before, because only here secrets are taken out first. */
function withShortTexts(fields: Fields, redactor: Redactor): Fields {
  const short: Fields = { ...fields };
  for (const [name, value] of Object.entries(fields)) {
    const limit = LIMITS.get(name) ?? TEXT_LIMIT;
    if (typeof value === 'string' && value.length > limit) {
      short[name] = redactor.excerpt(value, limit);
    }
  }
  return short;
}

/** Thrown by code that went wrong, not by a network or a peer; only these need their stack. */
const BUGS = new Set(['Error', 'TypeError', 'RangeError', 'ReferenceError', 'AssertionError']);

function describeError(error: unknown, redactor: Redactor): unknown {
  if (!(error instanceof Error)) return error;
  const { name, stack = '' } = error;
  const message = redactor.excerpt(error.message, MESSAGE_LIMIT);
  const code = 'code' in error ? error.code : undefined;
  const isBug = code === undefined && BUGS.has(name);
  return {
    ...{ name, message },
    ...(code !== undefined && { code }),
    ...(isBug && { stack: redactor.excerpt(stack, STACK_LIMIT) }),
  };
}
