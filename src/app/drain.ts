// How a worker goes: out of service first, then what runs may finish, then the sockets close.

import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Settings } from '../config/slices.ts';
import type { Registration } from '../controller/registration.ts';
import { systemClock } from '../lib/clock.ts';
import type { Worker } from '../worker/worker.ts';
import { lateCallers } from './late-callers.ts';

/** Longest goodbye to the controller, in milliseconds: it must not hold up a restart. */
const GOODBYE_TIMEOUT_MS = 5000;

/** How long sockets get to send what is left once all work is done, in milliseconds. */
const FLUSH_TIMEOUT_MS = 2000;

/** Takes leave of the controller and lets running work finish, within the drain timeout. */
export async function drain(
  { drainTimeoutMs }: Settings['worker'],
  worker: Worker,
  registration: Registration | null,
  server: FastifyInstance,
  logger: Logger,
): Promise<void> {
  const deadline = AbortSignal.timeout(drainTimeoutMs);
  worker.leave();
  logger.info({ running: worker.load }, 'draining');
  const goodbye = sayGoodbye(registration, logger);
  if (registration !== null) await outOfService(goodbye, worker, deadline);
  worker.drain();
  await worker.idle(deadline);
  worker.stop();
  await Promise.all([goodbye, closeServer(server)]);
}

async function sayGoodbye(registration: Registration | null, logger: Logger): Promise<void> {
  try {
    await registration?.leave(AbortSignal.timeout(GOODBYE_TIMEOUT_MS));
  } catch (error) {
    logger.warn({ err: error }, 'could not deregister from the controller');
  }
}

/** Resolves when it is known to the controller, and everybody it had sent here has come; or `deadline` aborts. */
async function outOfService(
  goodbye: Promise<void>,
  worker: Worker,
  deadline: AbortSignal,
): Promise<void> {
  const tooLate = new Promise<void>((resolve) => {
    deadline.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.race([goodbye, tooLate]);
  await lateCallers(systemClock, () => worker.describedAt, deadline);
}

/** Closes the server; a socket that nobody reads from does not hold it up for long. */
async function closeServer(server: FastifyInstance): Promise<void> {
  const cancel = systemClock.after(FLUSH_TIMEOUT_MS, () => server.server.closeAllConnections());
  await server.close();
  cancel();
}
