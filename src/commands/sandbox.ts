// `glm-worker sandbox`: a GLM API and a FastChat controller that need no key, until a signal.

import { z } from 'zod';
import { hostName } from '../config/addresses.ts';
import { readFlagsOf } from '../config/read-settings.ts';
import { setting } from '../config/setting.ts';
import { wholeNumber } from '../config/values.ts';
import type { Command } from './command.ts';
import { failed, type Io, misuse, stopSignal } from './io.ts';

const port = wholeNumber(0, 65_535);

/** Null without one. */
const portOrNone = z.union(
  [z.literal('').transform(() => null), port],
  'must be a whole number from 0 to 65535',
);

const flags = z.object({
  host: setting(hostName, {
    flag: '--host',
    default: '127.0.0.1',
    placeholder: 'ADDRESS',
    meaning: 'bind address',
  }),
  glmPort: setting(port, {
    flag: '--glm-port',
    default: '0',
    placeholder: 'PORT',
    meaning: 'where the fake GLM API listens; 0 = any free port',
  }),
  controllerPort: setting(portOrNone, {
    flag: '--controller-port',
    default: '',
    placeholder: 'PORT',
    meaning: 'where a controller listens, 0 = any free port; without it there is none',
  }),
});

export const sandboxCommand: Command = {
  name: 'sandbox',
  summary: 'a fake GLM API, and a controller when a port is given',
  flags,
  run: sandbox,
};

async function sandbox(io: Io, argv: readonly string[]): Promise<number> {
  const read = readFlagsOf(flags, argv);
  if (!read.ok) return misuse(io, read.problems);
  const { values } = read;
  try {
    const { runSandbox } = await import('../sandbox/run.ts');
    const stdout = (line: string) => io.stdout.write(`${line}\n`);
    await runSandbox({ ...values, strict: true }, { stdout, signal: stopSignal(io) });
    return 0;
  } catch (error) {
    return failed(io, withFlag(error, values));
  }
}

/** Says which flag a port that cannot be had came from. */
function withFlag(error: unknown, { controllerPort }: z.output<typeof flags>): unknown {
  // Only listening fails, with an error of the system's that has the address.
  const { message, port: taken } = error as Error & { readonly port?: number };
  if (taken === undefined) return error;
  return new Error(`${taken === controllerPort ? '--controller-port' : '--glm-port'}: ${message}`);
}
