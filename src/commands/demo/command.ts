// `glm-worker demo` as the table of commands knows it; what it runs is loaded when it is meant.

import type { Command } from '../command.ts';
import { demoFlags } from './flags.ts';

export const demoCommand: Command = {
  name: 'demo',
  summary: 'sandbox, controller and worker in one, and one streamed chat',
  flags: demoFlags,
  run: async (io, argv) => (await import('./demo.ts')).demo(io, argv),
};
