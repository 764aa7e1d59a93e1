// Says on stderr what is being waited for, so that nobody takes a slow check for one that hangs.

import type { Check } from '../../doctor/check.ts';

/** Checks that take longer are told of, in milliseconds. */
const SLOW_MS = 1500;

export class Progress {
  readonly #stderr: NodeJS.WriteStream;
  #timer: NodeJS.Timeout | undefined;

  constructor(stderr: NodeJS.WriteStream) {
    this.#stderr = stderr;
  }

  /** A check begins; one that costs something is told before it does. */
  begin({ id, title, cost }: Check): void {
    const say = () => this.#stderr.write(`… ${id}: ${title}\n`);
    if (cost === 'tokens') say();
    else this.#timer = setTimeout(say, SLOW_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
