// Runs `glm-worker` as a process of its own, compiled as the tests are, so that its lines are covered too.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { settingList } from '../../src/config/settings.ts';

const CLI = fileURLToPath(new URL('../../src/cli.js', import.meta.url));

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running process. */
export interface Command {
  readonly ended: Promise<Ended>;
  /** Resolves with the match once what it wrote matches. */
  stdout(pattern: RegExp): Promise<RegExpExecArray>;
  stderr(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  /** Closes the reading end of its standard output. */
  unread(): void;
}

type Environment = Readonly<Record<string, string>>;

/**
 * Starts `glm-worker` with these arguments in a folder that holds these files and no others; it is
 * killed with the test.
 */
export function command(
  t: Test,
  args: readonly string[],
  env: Environment = {},
  files: Environment = {},
): Command {
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(
    process.execPath,
    [CLI, ...args],
    { cwd: t.testdir({ ...files }), env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  t.teardown(() => child.kill('SIGKILL'));
  const stdout = reading(child.stdout);
  const stderr = reading(child.stderr);
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) =>
      resolve({ code, signal, stdout: stdout.text(), stderr: stderr.text() }),
    );
  });
  return {
    ended,
    stdout: stdout.until,
    stderr: stderr.until,
    kill: (signal) => child.kill(signal),
    unread: () => child.stdout.destroy(),
  };
}

/** The environment of the tests, without any setting of whoever runs them. */
function environment(env: Environment): NodeJS.ProcessEnv {
  const variables = settingList.flatMap(
    ({ facts: { variable, fileVariable = '', alias = '' } }) => [variable, fileVariable, alias],
  );
  const rest = Object.entries(process.env).filter(([name]) => !variables.includes(name));
  return { ...Object.fromEntries(rest), ...env };
}

function reading(stream: Readable) {
  let text = '';
  const watchers = new Set<() => void>();
  stream.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    for (const look of watchers) look();
  });
  const until = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve) => {
      const look = () => {
        const match = pattern.exec(text);
        if (match !== null) resolve(match);
      };
      watchers.add(look);
      look();
    });
  return { text: () => text, until };
}
