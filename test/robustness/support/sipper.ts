// A caller who takes a little at a time and keeps nothing, so that only the worker's memory is seen.

import { connect } from 'node:net';
import type { Test } from 'tap';
import { postBytes } from '../../support/raw-socket.ts';
import { HELLO } from '../../support/start-worker.ts';

/** What such answers are made of: a letter that nothing else in a response contains. */
export const LETTER = 'X';
const LETTER_BYTE = LETTER.charCodeAt(0);

/** A caller under way. */
export interface Sipper {
  /** Letters in each frame that has come whole, in order. */
  readonly letters: readonly number[];
  /** Bytes taken so far. */
  readonly taken: number;
  /** Resolves when the connection has closed. */
  readonly closed: Promise<void>;
}

/** Asks for a stream and takes one read of the socket, at most 64 KiB, every `everyMs` milliseconds. */
export function sipper(t: Test, url: string, everyMs: number): Sipper {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  t.teardown(() => socket.destroy());
  const letters: number[] = [];
  let taken = 0;
  let inFrame = 0;
  let timer: NodeJS.Timeout | undefined;
  socket
    .on('error', () => undefined)
    .on('data', (bytes: Buffer) => {
      taken += bytes.length;
      for (const byte of bytes) {
        if (byte === LETTER_BYTE) inFrame++;
        if (byte !== 0) continue;
        letters.push(inFrame);
        inFrame = 0;
      }
      socket.pause();
      timer = setTimeout(() => socket.resume(), everyMs);
    });
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  socket.write(postBytes('/worker_generate_stream', HELLO));
  return {
    letters,
    get taken() {
      return taken;
    },
    closed,
  };
}
