// Begins to listen, and says which setting is in the way where that fails.

import type { FastifyInstance } from 'fastify';
import type { Settings } from '../config/slices.ts';

const PORT = '--port / PORT';
const HOST = '--host / HOST';

/** What the system's codes mean for whoever set the address. */
const REMEDIES: Readonly<Record<string, string>> = {
  EADDRINUSE: `${PORT}: the port is taken: end the program that has it, or choose another (0 = any free one)`,
  EACCES: `${PORT}: this user may not listen on the port: choose one from 1024 on`,
  EADDRNOTAVAIL: `${HOST}: this machine does not have the address`,
  ENOTFOUND: `${HOST}: the name cannot be resolved`,
  EAI_AGAIN: `${HOST}: the name cannot be resolved`,
};

/** What a code of the system's means for whoever set the address; undefined for one that is not known. */
export function remedyOfListening(code: string | undefined): string | undefined {
  return REMEDIES[String(code)];
}

/** @throws Error in one line that names the setting, where it is one */
export async function listen(
  server: FastifyInstance,
  { host, port }: Settings['listen'],
): Promise<void> {
  try {
    await server.listen({ host, port });
  } catch (error) {
    // A server that cannot listen says so with a code of the system's.
    const { code, message } = error as NodeJS.ErrnoException;
    const remedy = remedyOfListening(code);
    throw remedy === undefined ? error : new Error(`${remedy} (${message})`, { cause: error });
  }
}
