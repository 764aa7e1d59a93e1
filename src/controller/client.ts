// The calls a worker makes to a FastChat controller.

import type { Dispatcher } from 'undici';
import { z } from 'zod';
import type { WorkerStatus } from '../fastchat/replies.ts';
import { ControllerCalls, parseJson, readReply } from './calls.ts';
import { errorOfContent } from './controller-error.ts';

const heartBeatReply = z.looseObject({ exist: z.boolean() });

export interface ControllerAddress {
  /** Where the controller is, such as `http://localhost:21001`. */
  readonly controller: string;
  /** Where callers reach this worker: its identity at the controller. May fail for a while. */
  readonly worker: () => Promise<string>;
}

export class ControllerClient {
  readonly #calls: ControllerCalls;
  readonly #worker: () => Promise<string>;

  constructor(dispatcher: Dispatcher, { controller, worker }: ControllerAddress) {
    this.#calls = new ControllerCalls(dispatcher, controller);
    this.#worker = worker;
  }

  /**
   * Makes this worker known, or known anew; empty model names take it out of service at once.
   * @throws ControllerError
   */
  async register(status: WorkerStatus, multimodal: boolean, signal: AbortSignal): Promise<void> {
    const path = '/register_worker';
    const fields = { check_heart_beat: true, worker_status: status, multimodal };
    const text = await this.#post(path, fields, signal);
    // FastChat answers `null`; a page of HTML comes from something else at that address.
    if (parseJson(text) === undefined) throw errorOfContent(path, text, 'JSON');
  }

  /**
   * Says that this worker lives.
   * @returns false when the controller does not know it (any more)
   * @throws ControllerError
   */
  async heartBeat(queueLength: number, signal: AbortSignal): Promise<boolean> {
    const path = '/receive_heart_beat';
    const text = await this.#post(path, { queue_length: queueLength }, signal);
    return readReply(heartBeatReply, path, text, '{"exist": …}').exist;
  }

  #post(path: string, fields: object, signal: AbortSignal): Promise<string> {
    const body = async () => ({ worker_name: await this.#worker(), ...fields });
    return this.#calls.post(path, body, signal);
  }
}
