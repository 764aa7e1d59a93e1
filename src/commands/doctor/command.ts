// `glm-worker doctor` as the table of commands knows it; what it runs is loaded when it is meant.

import type { Command } from '../command.ts';
import { allFlags } from './flags.ts';

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'looks for what keeps the worker from its work, and says what to do',
  flags: allFlags,
  run: async (io, argv) => (await import('./doctor.ts')).doctor(io, argv),
};
