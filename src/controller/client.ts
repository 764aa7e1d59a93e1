// The calls a worker makes to a FastChat controller.

import { type Dispatcher, request } from 'undici';
import { z } from 'zod';
import type { WorkerStatus } from '../fastchat/replies.ts';
import { boundedText } from '../lib/bounded-text.ts';
import { ControllerError, errorOfCall, errorOfContent, errorOfReply } from './controller-error.ts';

/**
 * Longest wait for the controller, in milliseconds. It stands still for up to 5 s per sick worker
 * whenever somebody lists models, so a short limit would cause failures of its own.
 */
const TIMEOUT_MS = 20_000;

/**
 * A path of OpenAI API servers, which a GET tells apart from what is not there without making them
 * do anything: their list of models would have FastChat's ask all its workers.
 */
const OPENAI_PATH = '/v1/chat/completions';

/** With these an OpenAI API server answers a worker that takes it for a controller. */
const REFUSALS: ReadonlySet<number> = new Set([401, 403, 404, 405]);

/** Longest wait for what an address turns out to be, in milliseconds. */
const RECOGNITION_MS = 3000;

const heartBeatReply = z.looseObject({ exist: z.boolean() });

export interface ControllerAddress {
  /** Where the controller is, such as `http://localhost:21001`. */
  readonly controller: string;
  /** Where callers reach this worker: its identity at the controller. May fail for a while. */
  readonly worker: () => Promise<string>;
}

export class ControllerClient {
  readonly #dispatcher: Dispatcher;
  readonly #base: string;
  readonly #worker: () => Promise<string>;

  constructor(dispatcher: Dispatcher, { controller, worker }: ControllerAddress) {
    this.#dispatcher = dispatcher;
    this.#base = controller.replace(/\/+$/, '');
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
    const reply = heartBeatReply.safeParse(parseJson(text));
    if (reply.success) return reply.data.exist;
    throw errorOfContent(path, text, '{"exist": …}');
  }

  async #post(path: string, fields: object, signal: AbortSignal): Promise<string> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    try {
      const body = { worker_name: await this.#worker(), ...fields };
      const { statusCode: status, body: reply } = await request(this.#base + path, {
        dispatcher: this.#dispatcher,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: limit,
      });
      const text = await boundedText(reply);
      if (text === null) throw errorOfContent(path, 'too many bytes', 'a short reply');
      if (status === 200) return text;
      const openAiApi = REFUSALS.has(status) && (await this.#isOpenAiApi(signal));
      throw errorOfReply(path, { status, text }, openAiApi);
    } catch (error) {
      if (error instanceof ControllerError || signal.aborted) throw error;
      // Neither undici nor the look-up of our address rejects with anything but errors.
      throw errorOfCall(path, error as Error);
    }
  }

  /** Whether an OpenAI API server is there, whose address is easily taken for the controller's. */
  async #isOpenAiApi(signal: AbortSignal): Promise<boolean> {
    try {
      const { statusCode, body } = await request(this.#base + OPENAI_PATH, {
        dispatcher: this.#dispatcher,
        signal: AbortSignal.any([signal, AbortSignal.timeout(RECOGNITION_MS)]),
      });
      await body.dump();
      // It is there for POST alone.
      return statusCode === 405;
    } catch {
      return false;
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
