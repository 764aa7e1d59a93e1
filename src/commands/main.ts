// Reads which command is meant, runs it, and gives back the exit code.

import { version } from '../app/version.ts';
import { nearest } from '../config/nearest.ts';
import { commands } from './commands.ts';
import { commandHelp, programHelp } from './help.ts';
import { type Io, misuse } from './io.ts';

/** Runs the command that `io.argv` names; resolves with the exit code. */
export async function main(io: Io): Promise<number> {
  const [name = '', ...argv] = io.argv;
  const command = commands.find((command) => command.name === name);
  if (io.argv.some((word) => word === '--help' || word === '-h')) {
    return print(io, command === undefined ? programHelp(commands) : commandHelp(command));
  }
  if (io.argv.includes('--version')) return print(io, `${version()}\n`);
  if (command !== undefined) return command.run(io, argv);
  return misuse(io, [unknown(name)]);
}

/** What cannot be a secret, and so may be repeated. */
const HARMLESS = /^[a-z-]{1,20}$/i;

function unknown(name: string): string {
  const names = commands.map(({ name }) => name);
  const known = `the commands are ${names.join(', ')} (see --help)`;
  if (name === '' || name.startsWith('-')) return `no command given: ${known}`;
  const told = HARMLESS.test(name) ? `${name}: is` : 'this is';
  const meant = nearest(name, names);
  if (meant === undefined) return `${told} no command: ${known}`;
  return `${told} no command, did you mean ${meant}? ${known[0]?.toUpperCase()}${known.slice(1)}`;
}

function print({ stdout }: Io, text: string): number {
  stdout.write(text);
  return 0;
}
