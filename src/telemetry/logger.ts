// pino as we use it: JSON lines, secrets taken out, only what is listed goes in.

import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface LogOptions {
  readonly level: LogLevel;
  /** Texts that must never appear in a line, such as the API key; may grow while it is used. */
  readonly secrets: ReadonlySet<string>;
}

/** Stands in a log line where a secret would have stood. */
const REDACTED = '[secret]';

/** What is shorter would be found in every other word. */
const SHORTEST_SECRET = 4;

/** A logger that writes JSON lines to `destination`. */
export function createLogger(
  { level, secrets }: LogOptions,
  destination: DestinationStream,
): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
  };
  return pino(options, withoutSecrets(destination, secrets));
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

/** Whoever logs what, no line leaves with a secret in it. */
function withoutSecrets(
  destination: DestinationStream,
  secrets: ReadonlySet<string>,
): DestinationStream {
  return {
    write: (line) => {
      const clean = spellings(secrets).reduce(
        (text, secret) => text.replaceAll(secret, REDACTED),
        line,
      );
      destination.write(clean);
    },
  };
}

/** How secrets look in a line, which is JSON; a secret within another comes after it. */
function spellings(secrets: ReadonlySet<string>): string[] {
  return [...secrets]
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .map((secret) => JSON.stringify(secret).slice(1, -1))
    .toSorted((one, other) => other.length - one.length);
}
