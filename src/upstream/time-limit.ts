// Ends a response that takes too long, whatever of it the limit is on.

import { ModelError } from '../model/model-error.ts';
import type { ResponseBytes } from './response-bytes.ts';

export class TimeLimit {
  readonly #timer: NodeJS.Timeout;

  /**
   * Begins to run at once; `end` it when what it limits has come.
   * @param limitMs in milliseconds
   * @param message what took too long, for the log
   */
  constructor(response: ResponseBytes, limitMs: number, message: string) {
    this.#timer = setTimeout(() => {
      response.abort(new ModelError('upstream_timeout', { message }));
    }, limitMs);
    this.#timer.unref();
  }

  /** Begins anew, because something has come. */
  restart(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
