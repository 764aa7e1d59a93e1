// Turns the bytes of one OpenAI-like chat stream into the port's deltas, a socket read at a time.

import { StringDecoder } from 'node:string_decoder';
import { createParser, type EventSourceParser } from 'eventsource-parser';
import type { ChatDelta, ChatResponse, FinishReason, Source, Usage } from '../model/chat-model.ts';
import { ModelError, type ModelFailureKind } from '../model/model-error.ts';
import { type ChatChunk, readChunk, responseOf } from './chat-chunk.ts';
import { CommentFilter } from './comment-filter.ts';
import { DeltaQueue } from './delta-queue.ts';
import { LostBlankLines } from './lost-blank-lines.ts';
import { RepeatedChunks } from './repeated-chunks.ts';
import { ToolCallReader } from './tool-calls.ts';

/** Longest single event, in characters: they are below a kilobyte, tool results included. */
const EVENT_LIMIT = 1024 * 1024;

/** Longest answer, reasoning included, in characters: several times what any model writes. */
const ANSWER_LIMIT = 4 * 1024 * 1024;

/** May stand in front of the first event, and is not part of it. */
const BYTE_ORDER_MARK = '\u{feff}';

/** The last event. */
const DONE = '[DONE]';

/** What a provider says in its own words. */
export interface StreamDialect {
  /** What its word for the end of an answer means; any other word is no success. */
  readonly finishOf: (reason: string) => FinishReason | ModelFailureKind;
  /** The error that a parsed event or reply stands for; null for a chunk of an answer. */
  readonly errorOf: (event: unknown, requestId: string | null) => ModelError | null;
  /** The pages that an event names as found. */
  readonly sourcesOf: (event: object) => readonly Source[];
}

const FINISHES: readonly string[] = ['stop', 'length', 'tool_calls', 'content_filter'];

function isFinish(meaning: FinishReason | ModelFailureKind): meaning is FinishReason {
  return FINISHES.includes(meaning);
}

/**
 * Push machine: feed it bytes, take what they amount to. All events of one `feed` become one delta,
 * two where reasoning follows text, because the order of the two must survive.
 */
export class ChatEvents {
  readonly #dialect: StreamDialect;
  readonly #decoder = new StringDecoder('utf8');
  readonly #blankLines = new LostBlankLines();
  readonly #parser: EventSourceParser;
  /** A whole JSON reply where a stream was asked for; null for events, undefined before any byte. */
  #whole: string | null | undefined = undefined;
  readonly #deltas = new DeltaQueue();
  #finish: FinishReason | null = null;
  #usageSeen = false;
  readonly #toolCalls = new ToolCallReader();
  #hasText = false;
  #hasContent = false;
  readonly #comments = new CommentFilter();
  readonly #repeated = new RepeatedChunks();
  #saidSomething = false;
  #length = 0;
  #failure: ModelError | null = null;
  #done = false;
  #flushing = false;
  requestId: string | null = null;
  /** As the first event tells it. */
  response: ChatResponse | null = null;

  constructor(dialect: StreamDialect, requestId: string | null) {
    this.#dialect = dialect;
    this.requestId = requestId;
    this.#parser = createParser({
      onEvent: ({ event, data }) => this.#onEvent(data, event === 'error'),
      onError: (error) => {
        if (error.type === 'max-buffer-size-exceeded') this.#malformed('an event is too large');
      },
      maxBufferSize: EVENT_LIMIT,
    });
  }

  /** True once nothing that follows can matter. */
  get ended(): boolean {
    return this.#done || this.#failure !== null || (this.finished && this.#usageSeen);
  }

  /** The reason has been seen: a cut from here on loses nothing but perhaps the usage. */
  get finished(): boolean {
    return this.#finish !== null;
  }

  /** Whether the last piece said anything: comments and blank lines only keep a stream alive. */
  get saidSomething(): boolean {
    return this.#saidSomething;
  }

  feed(bytes: Uint8Array): void {
    let text = this.#decoder.write(bytes);
    this.#saidSomething = this.#comments.saysSomething(text);
    if (this.#whole === undefined && text !== '') {
      if (text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1);
      this.#whole = /^\s*\{/.test(text) ? '' : null;
      if (/^\s*</.test(text)) this.#malformed('a page instead of an answer');
    }
    if (typeof this.#whole !== 'string') this.#parser.feed(this.#blankLines.push(text));
    else if (this.#whole.length + text.length > ANSWER_LIMIT) this.#malformed('too large a reply');
    else this.#whole += text;
  }

  /** @throws ModelError when a whole reply is the refusal of the request */
  throwIfRefused(): void {
    const error = typeof this.#whole === 'string' ? this.#errorOf(tryParse(this.#whole)) : null;
    if (error !== null) throw error;
  }

  /** The deltas since the last call; the list is the caller's. */
  take(): readonly ChatDelta[] {
    return this.#deltas.take();
  }

  /**
   * Called when no bytes will follow.
   * @returns what was still to come, the last delta with the finish
   * @throws ModelError when the provider reported a failure, said nothing at all, or was cut off
   */
  end(): readonly ChatDelta[] {
    if (typeof this.#whole === 'string') this.#onData(this.#whole);
    else if (!this.ended) this.#flush();
    if (this.#failure !== null) throw this.#failure;
    if (this.#finish === null && !(this.#done && this.#hasText)) {
      if (this.#done && !this.#hasContent)
        throw this.#error('answer_empty', 'nothing before [DONE]');
      throw this.#error('upstream_cut', 'no finish_reason');
    }
    if (!this.#hasContent && this.#finish !== 'content_filter') {
      throw this.#error('answer_empty', 'an end with nothing before it');
    }
    const last = { reasoning: '', text: '', finish: this.#finish ?? 'stop', usage: null };
    return [...this.take(), last];
  }

  /** Takes an event whose blank line is missing; one that was cut is no JSON, and means nothing. */
  #flush(): void {
    this.#flushing = true;
    this.#parser.feed('\n\n');
  }

  #onEvent(data: string, isError: boolean): void {
    if (this.ended || data === '') return;
    if (data.startsWith(DONE)) {
      this.#done = true;
      return;
    }
    if (isError) {
      this.#fail(this.#errorOf(tryParse(data)) ?? this.#error('upstream_error', 'error'));
      return;
    }
    const known = this.#repeated.chunkOf(data);
    if (known === null) this.#onData(data);
    else this.#onChunk(known);
  }

  #onData(data: string): void {
    const event = tryParse(data);
    if (event !== undefined) this.#onJson(event, data);
    // A whole reply may also be a chunk on each line.
    else if (data.includes('\n')) for (const line of data.split('\n')) this.#onLine(line);
    else this.#malformed('an event is not JSON');
  }

  #onLine(line: string): void {
    if (this.ended) return;
    if (line.startsWith(DONE)) this.#done = true;
    else if (line !== '') this.#onJson(tryParse(line), line);
  }

  /** @param data what it was parsed from */
  #onJson(event: unknown, data: string): void {
    if (event === undefined) {
      this.#malformed('an event is not JSON');
      return;
    }
    const chunk = tryReadChunk(event);
    if (chunk === null) {
      this.#malformed('an event is nested too deep');
      return;
    }
    this.requestId ??= chunk.requestId;
    this.response ??= responseOf(event);
    const error = this.#errorOf(event);
    if (error !== null) this.#fail(error);
    else this.#onChunk(chunk);
    if (this.#onSources(event) || error !== null) return;
    this.#repeated.learn(data, chunk);
  }

  #errorOf(event: unknown): ModelError | null {
    return this.#dialect.errorOf(event, this.requestId);
  }

  #onChunk({ reasoning, text, toolCalls, usage, finishReason }: ChatChunk): void {
    if (reasoning !== '' || text !== '' || usage !== null) this.#add(reasoning, text, usage);
    if (toolCalls.length > 0) this.#onToolCalls(toolCalls);
    if (text !== '') this.#hasText = true;
    if (this.#hasText || reasoning !== '' || toolCalls.length > 0) this.#hasContent = true;
    if (usage !== null) this.#usageSeen = true;
    if (finishReason !== null) this.#onFinish(finishReason);
  }

  /** Whether it names any. */
  #onSources(event: unknown): boolean {
    if (typeof event !== 'object' || event === null) return false;
    const sources = this.#dialect.sourcesOf(event);
    if (sources.length > 0) this.#deltas.addSources(sources);
    return sources.length > 0;
  }

  #onToolCalls(calls: readonly unknown[]): void {
    const pieces = this.#toolCalls.read(calls);
    if (pieces === null) this.#malformed('too many tool calls');
    for (const piece of pieces ?? []) {
      this.#lengthen(piece.arguments.length + (piece.name ?? '').length);
      this.#deltas.addToolCall(piece);
    }
  }

  #add(reasoning: string, text: string, usage: Usage | null): void {
    this.#lengthen(reasoning.length + text.length);
    this.#deltas.add(reasoning, text, usage);
  }

  #lengthen(units: number): void {
    this.#length += units;
    if (this.#length > ANSWER_LIMIT) this.#malformed('the answer is too large');
  }

  #onFinish(reason: string): void {
    const meaning = this.#dialect.finishOf(reason);
    if (isFinish(meaning)) this.#finish = meaning;
    else this.#fail(this.#error(meaning, `finish_reason ${reason.slice(0, 40)}`));
  }

  #malformed(what: string): void {
    if (!this.#flushing) this.#fail(this.#error('upstream_malformed', what));
  }

  #fail(failure: ModelError): void {
    this.#failure ??= failure;
  }

  #error(kind: ModelFailureKind, message: string): ModelError {
    return new ModelError(kind, {
      message,
      ...(this.requestId !== null && { requestId: this.requestId }),
    });
  }
}

/** Undefined for what is no JSON. */
function tryParse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

/** Null for an event that is nested beyond what a stack can take. */
function tryReadChunk(event: unknown): ChatChunk | null {
  try {
    return readChunk(event);
  } catch {
    return null;
  }
}
