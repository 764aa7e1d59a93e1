// What can be asked of a FastChat controller without being one of its workers.

import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { ControllerCalls, readReply } from './calls.ts';

const modelsReply = z.looseObject({ models: z.array(z.string()) });
const addressReply = z.looseObject({ address: z.string() });

export class ControllerProbe {
  readonly #calls: ControllerCalls;

  /** @param controller its address */
  constructor(dispatcher: Dispatcher, controller: string) {
    this.#calls = new ControllerCalls(dispatcher, controller);
  }

  /**
   * Whether a FastChat controller is there; resolves when it is.
   * @throws ControllerError
   */
  async test(signal: AbortSignal): Promise<void> {
    const path = '/test_connection';
    readReply(z.literal('success'), path, await this.#calls.get(path, signal), '"success"');
  }

  /**
   * The names of all workers, which nothing changes at the controller.
   * @throws ControllerError
   */
  async listModels(signal: AbortSignal): Promise<readonly string[]> {
    const path = '/list_models';
    const text = await this.#calls.post(path, async () => ({}), signal);
    return readReply(modelsReply, path, text, '{"models": […]}').models;
  }

  /**
   * Where a caller of the model would be sent; '' for nowhere. The controller counts it as a request
   * of that worker, until the worker's next heart beat.
   * @throws ControllerError
   */
  async addressOf(model: string, signal: AbortSignal): Promise<string> {
    const path = '/get_worker_address';
    const text = await this.#calls.post(path, async () => ({ model }), signal);
    return readReply(addressReply, path, text, '{"address": …}').address;
  }

  /**
   * Has the controller ask `address` for its status, which it does before it replies. It registers
   * the address only if that answers with HTTP 200.
   * @throws ControllerError
   */
  async callBack(address: string, signal: AbortSignal): Promise<void> {
    const fields = { check_heart_beat: true, worker_status: null, multimodal: false };
    const body = { worker_name: address, ...fields };
    await this.#calls.post('/register_worker', async () => body, signal);
  }
}
