// What tests of hostile callers share: crowds of connections, and a look at how others fare.

import { createConnection, type Socket } from 'node:net';
import type { Test } from 'tap';
import type { TestWorker } from '../../support/start-worker.ts';
import { checkWellAgain } from './cell.ts';

/** The paths that answer prompts. */
export const CHATS = ['/worker_generate_stream', '/worker_generate'] as const;

/** Nobody else may have to wait for longer while a hostile request is looked at, in milliseconds. */
export const PATIENCE_MS = 5000;

/** Connections that are open and have said `bytes`, which may be none. */
export async function crowd(t: Test, url: string, size: number, bytes: string): Promise<Socket[]> {
  const { hostname, port } = new URL(url);
  return Promise.all(
    Array.from({ length: size }, async () => {
      const socket = createConnection({ host: hostname, port: Number(port) });
      t.teardown(() => socket.destroy());
      socket.on('error', () => undefined);
      await new Promise<void>((resolve) => socket.once('connect', resolve));
      socket.write(bytes);
      return socket;
    }),
  );
}

/** Others are answered, and soon. */
export async function checkOthers(t: Test, worker: TestWorker): Promise<void> {
  const began = performance.now();
  await checkWellAgain(t, worker, ['stream', 'whole', 'embeddings']);
  const took = performance.now() - began;
  t.ok(took < PATIENCE_MS, `others were served within ${Math.round(took)} ms`);
}
