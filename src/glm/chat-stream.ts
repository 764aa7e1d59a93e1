// Turns the bytes of one GLM chat stream into the port's deltas, a socket read at a time.

import { StringDecoder } from 'node:string_decoder';
import { createParser, type EventSourceParser } from 'eventsource-parser';
import type { ChatDelta, FinishReason, Usage } from '../model/chat-model.ts';
import { ModelError } from '../model/model-error.ts';
import { errorOfBody } from './errors.ts';
import { RepeatedChunk } from './repeated-chunk.ts';
import { type ChatChunk, readChunk } from './wire.ts';

/** Longest single event, in characters: GLM's are below a kilobyte, tool results included. */
const EVENT_LIMIT = 1024 * 1024;

/** Longest answer, thoughts included, in characters: several times what any model of GLM writes. */
const ANSWER_LIMIT = 4 * 1024 * 1024;

/** May stand in front of the first event, and is not part of it. */
const BYTE_ORDER_MARK = '\u{feff}';

/** GLM's last event. */
const DONE = '[DONE]';

/**
 * GLM's reasons (page "chat completion"). The two that are failures are not here: they end the
 * stream with an error, so that a withdrawn or broken answer never looks complete.
 */
const finishReasons: ReadonlyMap<string, FinishReason> = new Map([
  ['stop', 'stop'],
  ['tool_calls', 'stop'],
  ['length', 'length'],
  ['model_context_window_exceeded', 'length'],
]);

interface Delta {
  reasoning: string;
  text: string;
  finish: FinishReason | null;
  usage: Usage | null;
}

/**
 * Push machine: feed it bytes, take what they amount to. All events of one `feed` become one delta,
 * two where thoughts follow text, because the order of the two must survive.
 */
export class ChatEvents {
  readonly #decoder = new StringDecoder('utf8');
  readonly #parser: EventSourceParser;
  readonly #repeated = new RepeatedChunk(textOf);
  #deltas: Delta[] = [];
  #finish: FinishReason | null = null;
  #usageSeen = false;
  #length = 0;
  #failure: ModelError | null = null;
  #done = false;
  #atStart = true;
  requestId: string | null = null;

  constructor(requestId: string | null) {
    this.requestId = requestId;
    this.#parser = createParser({
      onEvent: ({ event, data }) => this.#onEvent(data, event === 'error'),
      onError: (error) => {
        if (error.type === 'max-buffer-size-exceeded') this.#fail('an event is too large');
      },
      maxBufferSize: EVENT_LIMIT,
    });
  }

  /** True once nothing that follows can matter. */
  get ended(): boolean {
    return this.#done || this.#failure !== null || (this.finished && this.#usageSeen);
  }

  /** GLM's reason has been seen: a cut from here on loses nothing but perhaps the usage. */
  get finished(): boolean {
    return this.#finish !== null;
  }

  feed(bytes: Uint8Array): void {
    const text = this.#decoder.write(bytes);
    const begins = this.#atStart && text.startsWith(BYTE_ORDER_MARK);
    if (text !== '') this.#atStart = false;
    this.#parser.feed(begins ? text.slice(1) : text);
  }

  /** The deltas since the last call; the list is the caller's. */
  take(): readonly ChatDelta[] {
    const deltas = this.#deltas;
    this.#deltas = [];
    return deltas;
  }

  /**
   * Called when no bytes will follow.
   * @returns the last delta, which says how the answer finished
   * @throws ModelError when GLM reported a failure or the stream was cut
   */
  end(): ChatDelta {
    if (this.#failure !== null) throw this.#failure;
    if (this.#finish === null && !this.#done) throw this.#error('upstream_cut', 'no finish_reason');
    return { reasoning: '', text: '', finish: this.#finish ?? 'stop', usage: null };
  }

  #onEvent(data: string, isError: boolean): void {
    if (this.ended || data === '') return;
    if (data.startsWith(DONE)) {
      this.#done = true;
      return;
    }
    const text = isError ? null : this.#repeated.textOf(data);
    if (text !== null) {
      this.#add('', text, null);
      return;
    }
    const chunk = this.#parse(data);
    if (chunk === null) return;
    this.#onChunk(chunk, isError);
    if (!isError && isPlainText(chunk)) this.#repeated.learn(data, chunk.text);
  }

  #parse(data: string): ChatChunk | null {
    try {
      return readChunk(JSON.parse(data));
    } catch {
      this.#fail('an event is not JSON');
      return null;
    }
  }

  #onChunk(chunk: ChatChunk, isError: boolean): void {
    this.requestId ??= chunk.requestId;
    if (isError || chunk.error !== null) {
      const context = { status: 200, requestId: this.requestId ?? undefined };
      this.#failure =
        errorOfBody(chunk.error, context) ?? this.#error('upstream_malformed', 'error');
      return;
    }
    const { reasoning, text, usage, finishReason } = chunk;
    if (reasoning !== '' || text !== '' || usage !== null) this.#add(reasoning, text, usage);
    if (usage !== null) this.#usageSeen = true;
    if (finishReason !== null) this.#onFinish(finishReason);
  }

  #add(reasoning: string, text: string, usage: Usage | null): void {
    this.#length += reasoning.length + text.length;
    if (this.#length > ANSWER_LIMIT) this.#fail('the answer is too large');
    const last = this.#deltas.at(-1);
    if (last === undefined || (reasoning !== '' && last.text !== '')) {
      this.#deltas.push({ reasoning, text, finish: null, usage });
      return;
    }
    last.reasoning += reasoning;
    last.text += text;
    last.usage = usage ?? last.usage;
  }

  #onFinish(reason: string): void {
    if (reason === 'sensitive') this.#failure = this.#error('content_blocked', reason);
    else if (reason === 'network_error') this.#failure = this.#error('upstream_cut', reason);
    else this.#finish = finishReasons.get(reason) ?? 'stop';
  }

  #fail(what: string): void {
    this.#failure ??= this.#error('upstream_malformed', what);
  }

  #error(kind: 'content_blocked' | 'upstream_cut' | 'upstream_malformed', message: string) {
    return new ModelError(kind, {
      message,
      ...(this.requestId !== null && { requestId: this.requestId }),
    });
  }
}

/** Whether an event holds a piece of text and nothing else that matters. */
function isPlainText({ text, reasoning, finishReason, usage, error }: ChatChunk): boolean {
  if (text === '' || reasoning !== '') return false;
  return finishReason === null && usage === null && error === null;
}

function textOf(data: string): string {
  return readChunk(JSON.parse(data)).text;
}
