// What a command is: the table of commands and everything that is said of them follow from this.

import type { z } from 'zod';
import type { Io } from './io.ts';

export interface Command {
  readonly name: string;
  /** What it does, in half a line. */
  readonly summary: string;
  /** Its flags and their variables, made of `setting`. */
  readonly flags: z.ZodObject;
  /** Runs it with the words after its name; resolves with the exit code. */
  run(io: Io, argv: readonly string[]): Promise<number>;
}
