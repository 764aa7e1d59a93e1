// Implements the chat port with GLM's streaming endpoint; the only place that asks for an answer.

import { randomUUID } from 'node:crypto';
import type { ChatDelta, ChatModel, ChatRequest, ChatStream } from '../model/chat-model.ts';
import { ChatEvents } from './chat-stream.ts';
import { type GlmClient, refusalOf } from './client.ts';
import { chatBody } from './parameters.ts';
import type { ResponseBytes } from './response-bytes.ts';

const EVENT_STREAM = 'text/event-stream';

export class GlmChatModel implements ChatModel {
  readonly #client: GlmClient;

  constructor(client: GlmClient) {
    this.#client = client;
  }

  chat(request: ChatRequest, signal: AbortSignal): ChatStream {
    return new GlmChatStream(this.#client, request, signal);
  }
}

class GlmChatStream implements ChatStream {
  readonly #client: GlmClient;
  readonly #request: ChatRequest;
  readonly #signal: AbortSignal;
  readonly upstreamRequestId = randomUUID();

  constructor(client: GlmClient, request: ChatRequest, signal: AbortSignal) {
    this.#client = client;
    this.#request = request;
    this.#signal = signal;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ChatDelta, void, undefined> {
    const body = { ...chatBody(this.#request), request_id: this.upstreamRequestId };
    const response = await this.#client.post('/chat/completions', body, EVENT_STREAM, this.#signal);
    try {
      await expectEventStream(response);
      const events = new ChatEvents(this.upstreamRequestId);
      while (!events.ended) {
        const bytes = await nextBytes(response, events);
        if (bytes === null) break;
        events.feed(bytes);
        yield* events.take();
      }
      const last = events.end();
      response.discard();
      yield last;
    } finally {
      // Whoever stops pulling, for whatever reason, must not go on paying for tokens.
      response.close();
    }
  }
}

async function expectEventStream(response: ResponseBytes): Promise<void> {
  const head = await response.head();
  const contentType = head.headers['content-type'] ?? '';
  if (head.status === 200 && contentType.startsWith(EVENT_STREAM)) return;
  throw await refusalOf(response, head);
}

/** The next batch of bytes; null at the end, or at a cut after which nothing is missing. */
async function nextBytes(response: ResponseBytes, events: ChatEvents): Promise<Buffer | null> {
  // Only the usage can still come, and no caller should wait long for that.
  if (events.finished) response.limitRest();
  try {
    return await response.next();
  } catch (error) {
    if (events.finished) return null;
    throw error;
  }
}
