// Implements the chat port with GLM's streaming endpoint; the only place that asks for an answer.

import { randomUUID } from 'node:crypto';
import type {
  ChatDelta,
  ChatModel,
  ChatRequest,
  ChatResponse,
  ChatStream,
} from '../model/chat-model.ts';
import { ModelError } from '../model/model-error.ts';
import { ChatEvents } from '../upstream/chat-events.ts';
import { readBody } from '../upstream/read-body.ts';
import type { ResponseBytes } from '../upstream/response-bytes.ts';
import { TimeLimit } from '../upstream/time-limit.ts';
import { BoxMarks } from './box-marks.ts';
import { amendedError, type GlmClient, refusalOf } from './client.ts';
import type { Fields } from './messages.ts';
import { chatBody, type GlmModel, thinkingFields } from './parameters.ts';
import type { RefusedFields } from './refused-fields.ts';
import { glmDialect } from './stream-dialect.ts';
import { ThinkBlock } from './think-block.ts';

const PATH = '/chat/completions';
const EVENT_STREAM = 'text/event-stream';

/** Largest whole reply that is read, in bytes, and what stands for a longer one: no answer. */
const REPLY_LIMIT = 16 * 1024 * 1024;
const TOO_LONG = Buffer.alloc(0);

/** Says that GLM has accepted the request, long before a model that thinks has something to say. */
const ACCEPTED: ChatDelta = { reasoning: '', text: '', finish: null, usage: null };

/** Longest waits within an answer, in milliseconds. */
export interface ChatLimits {
  readonly firstByteTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

export interface ChatModelDeps {
  readonly client: GlmClient;
  readonly limits: ChatLimits;
  /** What models refused to be told about thinking. */
  readonly refusedFields: RefusedFields;
}

export class GlmChatModel implements ChatModel {
  readonly #deps: ChatModelDeps;
  readonly #model: GlmModel;

  constructor(deps: ChatModelDeps, model: GlmModel) {
    this.#deps = deps;
    this.#model = model;
  }

  chat(request: ChatRequest, signal: AbortSignal): ChatStream {
    return new GlmChatStream(this.#deps, this.#model, request, signal);
  }
}

class GlmChatStream implements ChatStream {
  readonly #deps: ChatModelDeps;
  readonly #model: GlmModel;
  readonly #request: ChatRequest;
  readonly #signal: AbortSignal;
  #response: ResponseBytes | null = null;
  #events: ChatEvents | null = null;
  upstreamRequestId: string | null = null;

  constructor(deps: ChatModelDeps, model: GlmModel, request: ChatRequest, signal: AbortSignal) {
    this.#deps = deps;
    this.#model = model;
    this.#request = request;
    this.#signal = signal;
  }

  get response(): ChatResponse | null {
    return this.#events?.response ?? null;
  }

  coalesce(tickMs: number): void {
    this.#response?.coalesce(tickMs);
  }

  [Symbol.asyncIterator](): AsyncGenerator<ChatDelta, void, undefined> {
    const deltas = this.#deltas();
    return this.#model.facts.boxes ? withoutMarks(deltas) : deltas;
  }

  async *#deltas(): AsyncGenerator<ChatDelta, void, undefined> {
    const thinking = this.#thinkingFields();
    const { response, events } = await this.#open(thinking).catch((error: unknown) => {
      throw this.#amend(error, thinking);
    });
    this.#response = response;
    this.#events = events;
    const silence = limitSilence(response, this.#deps.limits.idleTimeoutMs);
    try {
      yield ACCEPTED;
      while (!events.ended) {
        const bytes = await (events.finished ? rest(response) : response.next());
        if (bytes === null) break;
        events.feed(bytes);
        // Comments and blank lines keep a connection alive, and are no answer.
        if (events.saidSomething) silence.restart();
        for (const delta of events.take()) yield delta;
      }
      const last = events.end();
      response.discard();
      yield* last;
    } finally {
      silence.end();
      // Whoever stops pulling, for whatever reason, must not go on paying for tokens.
      response.close();
    }
  }

  #thinkingFields(): Fields {
    if (this.#deps.refusedFields.has(this.#model.id)) return {};
    return thinkingFields(this.#model, this.#request.thinking);
  }

  /** Puts right for the next attempt what GLM refused in this one, where that can be done. */
  #amend(error: unknown, thinking: Fields): unknown {
    const { client, refusedFields } = this.#deps;
    const refused = error instanceof ModelError && Object.keys(thinking).length > 0;
    if (refused && refusedFields.learn(this.#model.id, error)) return amendedError(error);
    return client.amend(error);
  }

  /** Sends the request. */
  async #open(thinking: Fields): Promise<{ response: ResponseBytes; events: ChatEvents }> {
    const { client, limits } = this.#deps;
    // Each attempt has a name of its own: GLM refuses one that it has seen before.
    this.upstreamRequestId = randomUUID();
    const fields = { ...chatBody(this.#request, this.#model), ...thinking };
    const body = { ...fields, request_id: this.upstreamRequestId };
    const asked = { method: 'POST', path: PATH, body, accept: EVENT_STREAM } as const;
    const response = await client.send(asked, this.#signal);
    // Interim responses would put off the pool's own limit for ever.
    const silence = limitSilence(response, limits.firstByteTimeoutMs);
    const events = await this.#begin(response)
      .catch((error: unknown) => {
        response.close();
        throw error;
      })
      .finally(() => silence.end());
    return { response, events };
  }

  /** Waits until GLM has accepted the request, or throws its refusal. */
  async #begin(response: ResponseBytes): Promise<ChatEvents> {
    const head = await response.head();
    if (head.status !== 200) throw await refusalOf(response, head);
    const events = new ChatEvents(glmDialect, this.upstreamRequestId);
    // Gateways in between rename streams, or make one reply of them; it may be a refusal.
    if (/json/i.test(String(head.headers['content-type']))) {
      const { idleTimeoutMs } = this.#deps.limits;
      events.feed((await readBody(response, REPLY_LIMIT, idleTimeoutMs)) ?? TOO_LONG);
      events.throwIfRefused();
    }
    return events;
  }
}

/** The same answer without the marks of boxes, and with its reasoning where that belongs. */
async function* withoutMarks(
  deltas: AsyncIterable<ChatDelta>,
): AsyncGenerator<ChatDelta, void, undefined> {
  const block = new ThinkBlock();
  const marks = new BoxMarks();
  for await (const delta of deltas) {
    const { reasoning, text } = delta.finish === null ? block.push(delta.text) : block.end();
    const kept = marks.push(text) + (delta.finish === null ? '' : marks.end());
    yield { ...delta, reasoning: delta.reasoning + reasoning, text: kept };
  }
}

/** Ends a response that is silent for so long. */
function limitSilence(response: ResponseBytes, limitMs: number): TimeLimit {
  return new TimeLimit(response, limitMs, `silent for ${limitMs} ms`);
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
