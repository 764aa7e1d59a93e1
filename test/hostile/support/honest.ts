// Streams of honest callers beside an attack: what they ask, what they must get, what they noticed.

import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';

/** The answer, with everything in it that can be cut in two. */
export const HONEST_TEXT = '诚实的回答 an honest answer 😀 é\n'.repeat(8);

/** Some fifty events, thirty milliseconds apart. */
const ANSWER = {
  kind: 'chat',
  text: HONEST_TEXT,
  chunkChars: 5,
  paceMs: 30,
} as const;

/** Some streams at once, from the first question to the last end. */
export interface Round {
  /** Longest time in which one of them got nothing while the worker could run, in milliseconds. */
  readonly gap: number;
  /** The same of streams that go past the worker, straight from GLM: what the machine is to blame for. */
  readonly gapPast: number;
  /** What was wrong with their answers. */
  readonly faults: readonly string[];
}

export interface Honest {
  /** Asks for some streams at once; resolves when all have ended. */
  round(): Promise<Round>;
}

/** Starts a GLM that answers them, as a process of its own too; resolves with its address. */
export async function honestGlm(t: Test): Promise<string> {
  const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));
  const child = spawn(process.execPath, [cli, 'sandbox'], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { glm, control } = JSON.parse(line);
  await fetch(`${control}/default`, { method: 'POST', body: JSON.stringify(ANSWER) });
  return glm;
}

/**
 * Starts a process that asks the model called `chat`, and the GLM behind it; it ends with the test.
 * @param worker id of the process that answers
 */
export function honestCallers(t: Test, url: string, glm: string, worker: number): Honest {
  const script = fileURLToPath(new URL('./honest-caller.js', import.meta.url));
  const child = fork(script, [url, glm, String(worker)]);
  t.teardown(() => child.kill('SIGKILL'));
  return {
    async round() {
      const done = once(child, 'message');
      child.send('round');
      const [round] = await done;
      return round;
    },
  };
}
