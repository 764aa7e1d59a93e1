// Calls to a FastChat controller: one question, one short reply, and what to do where it fails.

import { type Dispatcher, request } from 'undici';
import type { z } from 'zod';
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

export class ControllerCalls {
  readonly #dispatcher: Dispatcher;
  readonly #base: string;

  /** @param base where the controller is, such as `http://localhost:21001` */
  constructor(dispatcher: Dispatcher, base: string) {
    this.#dispatcher = dispatcher;
    this.#base = base.replace(/\/+$/, '');
  }

  /**
   * @param make the body, which may have to be found out
   * @returns the text of a reply with HTTP 200
   * @throws ControllerError
   */
  post(path: string, make: () => Promise<object>, signal: AbortSignal): Promise<string> {
    const headers = { 'content-type': 'application/json' };
    const question = async () => JSON.stringify(await make());
    return this.#call(
      path,
      async () => ({ method: 'POST', headers, body: await question() }),
      signal,
    );
  }

  /** The same without a body. */
  get(path: string, signal: AbortSignal): Promise<string> {
    return this.#call(path, async () => ({ method: 'GET' }), signal);
  }

  async #call(
    path: string,
    question: () => Promise<Question>,
    signal: AbortSignal,
  ): Promise<string> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    try {
      const { statusCode: status, body: reply } = await request(this.#base + path, {
        ...(await question()),
        dispatcher: this.#dispatcher,
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

/** What is asked besides the address. */
type Question = Pick<Dispatcher.RequestOptions, 'method' | 'headers' | 'body'>;

/** @throws ControllerError when the reply is not of the form */
export function readReply<Reply>(
  form: z.ZodType<Reply>,
  path: string,
  text: string,
  expected: string,
): Reply {
  const reply = form.safeParse(parseJson(text));
  if (reply.success) return reply.data;
  throw errorOfContent(path, text, expected);
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
