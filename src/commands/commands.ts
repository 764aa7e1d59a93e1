// The table of commands, in the order in which the help shows them.

import type { Command } from './command.ts';
import { demoCommand } from './demo/command.ts';
import { doctorCommand } from './doctor/command.ts';
import { sandboxCommand } from './sandbox.ts';
import { serveCommand } from './serve.ts';

export const commands: readonly Command[] = [
  serveCommand,
  doctorCommand,
  demoCommand,
  sandboxCommand,
];
