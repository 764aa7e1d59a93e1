// The log for people: each JSON line as one short line of text.

import type { DestinationStream } from 'pino';

/** Passes lines on in a form that is read at a glance. */
export function readableLines(destination: DestinationStream): DestinationStream {
  return { write: (line) => destination.write(`${readable(line.trimEnd())}\n`) };
}

function readable(line: string): string {
  const { time, level, msg, err, ...facts } = JSON.parse(line);
  const clock = new Date(time).toTimeString().slice(0, 8);
  const words = Object.entries(facts).map(([name, value]) => `${name}=${shown(value)}`);
  const why = err === undefined ? [] : [`(${err.message})`];
  const head = [clock, String(level).toUpperCase().padEnd(5), msg, ...words, ...why].join(' ');
  return err?.stack === undefined ? head : `${head}\n${err.stack}`;
}

/** Text as it is where it is one word, else as JSON. */
function shown(value: unknown): string {
  return typeof value === 'string' && /^\S+$/.test(value) ? value : JSON.stringify(value);
}
