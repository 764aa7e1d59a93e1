// Where log lines go: written at once where they can be, kept or counted where not, never in the way.

import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

/** What waits for a reader who does not read, or for a disk that is full, in bytes. */
const KEPT_BYTES = 1024 * 1024;

/** How soon a write that failed is tried again, in milliseconds. */
const RETRY_MS = 250;

/** Writes some of the bytes and says how many; throws the system's error when it cannot. */
export type WriteBytes = (bytes: Uint8Array) => number;

/**
 * Takes whole lines, and neither blocks nor throws: a log that cannot be written is no reason to let
 * down those who are being answered. Lines that find no room are counted, and the count is the first
 * line once there is room again.
 */
export class LogDestination implements DestinationStream {
  readonly #write: WriteBytes;
  readonly #queue: Buffer[] = [];
  #keptBytes = 0;
  /** The part of a line that is still to be written, so that no line is ever cut in two. */
  #begun: Uint8Array | null = null;
  #lost = 0;
  #retry: NodeJS.Timeout | null = null;

  constructor(write: WriteBytes) {
    this.#write = write;
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#keptBytes + bytes.length > KEPT_BYTES) {
      this.#lost++;
      return;
    }
    this.#queue.push(bytes);
    this.#keptBytes += bytes.length;
    if (this.#retry === null) this.flush();
  }

  /** Writes what it can now. */
  flush(): void {
    clearTimeout(this.#retry ?? undefined);
    this.#retry = null;
    try {
      while (this.#writeNext());
    } catch {
      // Full, closed or not read: there is nobody to tell it to.
      this.#retry = setTimeout(() => this.flush(), RETRY_MS);
      this.#retry.unref();
    }
  }

  /** Writes of the next line what can be written; false when there is none. */
  #writeNext(): boolean {
    const bytes = this.#begun ?? (this.#lost > 0 ? this.#lostLine() : this.#queue[0]);
    if (bytes === undefined) return false;
    const written = this.#write(bytes);
    if (this.#begun === null) this.#taken(bytes);
    this.#begun = written < bytes.length ? bytes.subarray(written) : null;
    return true;
  }

  /** The line that was next is on its way. */
  #taken(line: Uint8Array): void {
    if (line !== this.#queue[0]) {
      this.#lost = 0;
      return;
    }
    this.#queue.shift();
    this.#keptBytes -= line.length;
  }

  #lostLine(): Buffer {
    const time = new Date().toISOString();
    const line = { level: 'warn', time, lines: this.#lost, msg: 'log lines were lost' };
    return Buffer.from(`${JSON.stringify(line)}\n`);
  }
}

/**
 * Writes to standard error.
 * @param shared its descriptor, taken from the stream: Node makes a socket non-blocking when it opens
 *   one, and a log must not wait for its reader
 */
export function writeToStderr(shared: number): WriteBytes {
  const descriptor = openStderr(shared);
  return (bytes) => writeSync(descriptor, bytes);
}

/**
 * A descriptor of standard error that never blocks. The one that came with the process is shared
 * with whoever started it, so a pipe is opened once more under its own name. A file never blocks and
 * keeps its place; where nothing can be opened (sockets, other systems) the shared one has to do.
 */
function openStderr(shared: number): number {
  try {
    if (fstatSync(shared).isFile()) return shared;
    return openSync(`/proc/self/fd/${shared}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return shared;
  }
}
