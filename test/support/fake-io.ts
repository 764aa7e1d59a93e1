// A process that is none: collects what a command writes, and sends it signals.

import { PassThrough } from 'node:stream';
import type { Io } from '../../src/commands/io.ts';

/** An `Io` with its outside. */
export interface FakeIo {
  readonly io: Io;
  readonly stdout: Written;
  readonly stderr: Written;
  /** Codes that `exit` was called with. */
  readonly exits: readonly number[];
  /** SIGTERM or SIGINT. */
  signal(): void;
  /** SIGHUP. */
  reload(): void;
}

/** What was written to a stream. */
export interface Written {
  readonly text: string;
  /** Resolves with the match once the text so far matches. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
}

export interface FakeIoOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly directory?: string;
  readonly nodeVersion?: string;
  /** Whether stdout says that it is a terminal. */
  readonly isTTY?: boolean;
  /** Whether the terminal that stderr is has colours; stderr is none if left out. */
  readonly stderrColours?: boolean;
}

/** A process called with these arguments. */
export function fakeIo(
  argv: readonly string[],
  {
    env = {},
    directory = '/nowhere',
    isTTY = false,
    nodeVersion = '20.19.0',
    stderrColours,
  }: FakeIoOptions = {},
): FakeIo {
  const signals: (() => void)[] = [];
  const reloads: (() => void)[] = [];
  const exits: number[] = [];
  const stdout = fakeStream(isTTY);
  const stderr = fakeStream(stderrColours !== undefined, stderrColours);
  const io: Io = {
    argv,
    env: { ...env },
    nodeVersion,
    directory,
    stdout: stdout.stream,
    stderr: stderr.stream,
    logs: { write: (line) => stderr.stream.write(line) },
    onSignal: (action) => signals.push(action),
    onReload: (action) => reloads.push(action),
    exit: (code) => exits.push(code),
  };
  return {
    io,
    stdout: stdout.written,
    stderr: stderr.written,
    exits,
    signal: () => {
      for (const action of signals) action();
    },
    reload: () => {
      for (const action of reloads) action();
    },
  };
}

/** A stream for a command to write to, and what it wrote. */
export function fakeStream(
  isTTY: boolean,
  hasColours = false,
): {
  readonly stream: NodeJS.WriteStream;
  readonly written: Written;
} {
  let text = '';
  const watchers = new Set<() => void>();
  const stream = new PassThrough({ encoding: 'utf8' });
  stream.on('data', (part: string) => {
    text += part;
    for (const look of watchers) look();
  });
  const written: Written = {
    get text() {
      return text;
    },
    until: (pattern) =>
      new Promise((resolve) => {
        const look = () => {
          const match = pattern.exec(text);
          if (match !== null) resolve(match);
        };
        watchers.add(look);
        look();
      }),
  };
  const terminal = { isTTY, hasColors: () => hasColours };
  // Commands only write to it and look at these.
  return { stream: Object.assign(stream, terminal) as unknown as NodeJS.WriteStream, written };
}
