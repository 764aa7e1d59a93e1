// Implements the chat port with GLM's streaming endpoint; the only place that asks for an answer.

import { randomUUID } from 'node:crypto';
import type { ChatDelta, ChatModel, ChatRequest, ChatStream } from '../model/chat-model.ts';
import type { ResponseBytes } from '../upstream/response-bytes.ts';
import { ChatEvents } from './chat-stream.ts';
import { type GlmClient, refusalOf } from './client.ts';
import { chatBody, type GlmModel } from './parameters.ts';

const PATH = '/chat/completions';
const EVENT_STREAM = 'text/event-stream';

/** Says that GLM has accepted the request, long before a model that thinks has something to say. */
const ACCEPTED: ChatDelta = { reasoning: '', text: '', finish: null, usage: null };

export class GlmChatModel implements ChatModel {
  readonly #client: GlmClient;
  readonly #model: GlmModel;

  constructor(client: GlmClient, model: GlmModel) {
    this.#client = client;
    this.#model = model;
  }

  chat(request: ChatRequest, signal: AbortSignal): ChatStream {
    return new GlmChatStream(this.#client, chatBody(request, this.#model), signal);
  }
}

class GlmChatStream implements ChatStream {
  readonly #client: GlmClient;
  readonly #body: object;
  readonly #signal: AbortSignal;
  #response: ResponseBytes | null = null;
  upstreamRequestId: string | null = null;

  constructor(client: GlmClient, body: object, signal: AbortSignal) {
    this.#client = client;
    this.#body = body;
    this.#signal = signal;
  }

  coalesce(tickMs: number): void {
    this.#response?.coalesce(tickMs);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ChatDelta, void, undefined> {
    const response = await this.#open();
    this.#response = response;
    try {
      yield ACCEPTED;
      const events = new ChatEvents(this.upstreamRequestId);
      while (!events.ended) {
        const bytes = await (events.finished ? rest(response) : response.next());
        if (bytes === null) break;
        events.feed(bytes);
        for (const delta of events.take()) yield delta;
      }
      const last = events.end();
      response.discard();
      yield last;
    } finally {
      // Whoever stops pulling, for whatever reason, must not go on paying for tokens.
      response.close();
    }
  }

  /** Sends the request; a refused token is replaced once. */
  async #open(): Promise<ResponseBytes> {
    return this.#client.withFreshToken(async () => {
      // Each try has a name of its own: GLM refuses one that it has seen before.
      this.upstreamRequestId = randomUUID();
      const body = { ...this.#body, request_id: this.upstreamRequestId };
      const response = await this.#client.post(PATH, body, EVENT_STREAM, this.#signal);
      try {
        await expectEventStream(response);
        return response;
      } catch (error) {
        response.close();
        throw error;
      }
    });
  }
}

async function expectEventStream(response: ResponseBytes): Promise<void> {
  const head = await response.head();
  // A repeated header is a list at run time, whatever its type says.
  const contentType = String(head.headers['content-type']).toLowerCase();
  if (head.status === 200 && contentType.startsWith(EVENT_STREAM)) return;
  throw await refusalOf(response, head);
}

/**
 * The next bytes of an answer that is complete, null at the end or a cut: only the usage can still
 * come, and no caller should wait long for that.
 */
async function rest(response: ResponseBytes): Promise<Buffer | null> {
  response.limitRest();
  try {
    return await response.next();
  } catch {
    return null;
  }
}
