// The log for people: each JSON line as one short line of text, what helps on a second one.

import type { DestinationStream } from 'pino';

/** Colours, as terminals want to be told of them. */
const COLOURS = { red: 31, green: 32, yellow: 33, blue: 34 } as const;
const [BOLD, DIM] = [1, 2];

/** Colours of the levels that have one; the others matter little, and are dim. */
const LEVEL_COLOURS: Readonly<Record<string, number>> = {
  info: COLOURS.green,
  warn: COLOURS.yellow,
  error: COLOURS.red,
  fatal: COLOURS.red,
};

/** Puts a text into a style. */
type Paint = (style: number, text: string) => string;

const coloured: Paint = (style, text) => `\u{1b}[${style}m${text}\u{1b}[0m`;
const plain: Paint = (_style, text) => text;

/** What a terminal would obey, and what turns the direction of writing: callers choose some texts. */
const COMMANDS = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Passes lines on in a form that is read at a glance. */
export function readableLines(
  destination: DestinationStream,
  hasColours = false,
): DestinationStream {
  const paint = hasColours ? coloured : plain;
  return { write: (line) => destination.write(`${readable(line.trimEnd(), paint)}\n`) };
}

function readable(line: string, paint: Paint): string {
  const { time, level, msg, err, remedy, ...facts } = JSON.parse(line);
  const clock = new Date(time).toTimeString().slice(0, 8);
  const words = Object.entries(facts).map(
    ([name, value]) => `${paint(DIM, `${harmless(name)}=`)}${shown(value)}`,
  );
  const why = err === undefined ? [] : [paint(COLOURS.red, `(${harmless(err.message)})`)];
  const word = paint(LEVEL_COLOURS[level] ?? DIM, String(level).toUpperCase().padEnd(5));
  const head = [paint(DIM, clock), word, paint(BOLD, harmless(msg)), ...words, ...why].join(' ');
  const stack = err?.stack === undefined ? [] : String(err.stack).split('\n').map(harmless);
  const help =
    remedy === undefined ? '' : `\n         ${paint(COLOURS.blue, '→')} ${harmless(remedy)}`;
  return [head, ...stack].join('\n') + help;
}

/** Text as it is where it is one word, a list of objects by their values, all else as JSON. */
function shown(value: unknown): string {
  if (Array.isArray(value) && typeof value[0] === 'object') {
    return harmless(`[${value.map((one) => Object.values(Object(one)).join(' ')).join(', ')}]`);
  }
  const isWord = typeof value === 'string' && /^\S+$/.test(value);
  return harmless(isWord ? value : JSON.stringify(value));
}

/** Nothing in it moves the cursor, or writes over other lines. */
function harmless(text: unknown): string {
  return String(text).replace(
    COMMANDS,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
