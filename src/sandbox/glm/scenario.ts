// The vocabulary in which a test tells the fake GLM how to answer: plain data, so that it travels as JSON.

/** Odd but legal things a stream may hold before its text. `list-content` carries the text `List. `. */
export const EXTRA_CHUNKS = [
  'role-only',
  'null-content',
  'list-content',
  'choices-null',
  'empty-choices',
  'ping-comment',
  'empty-data',
  'tool-call',
  'retry-line',
] as const;
/** One of {@link EXTRA_CHUNKS}. */
export type ExtraChunk = (typeof EXTRA_CHUNKS)[number];

/** Ways in which an answer goes wrong below or beside the API's own errors. */
export const FAULTS = [
  'reset-before-headers',
  'close-before-headers',
  'reset-after-headers',
  'reset-mid-event',
  'close-mid-event',
  'end-without-done',
  'hang-before-headers',
  'hang-after-headers',
  'hang-mid-stream',
  'error-event',
  'error-data',
  'half-utf8',
  'huge-event',
  'flood',
  'trickle',
  'html-200',
  'wrong-content-type',
  'redirect',
  'garbage-json',
  'gzip-bomb',
] as const;
/** One of {@link FAULTS}. */
export type FaultName = (typeof FAULTS)[number];

/** What the model says: `text` (cut into deltas by the fake) or `pieces` (one delta each), not both. */
export interface Speech {
  /** Default: an answer in Chinese and English that quotes the last user turn. */
  readonly text?: string;
  readonly pieces?: readonly string[];
  /** UTF-16 units per delta of `text`; may cut surrogate pairs. Default: 3 code points, never cut. */
  readonly chunkChars?: number;
}

/** A chat answer. For other endpoints only `firstDelayMs` counts. */
export interface ChatScenario extends Speech {
  readonly kind: 'chat';
  /** Sent before the text as `reasoning_content`; a list gives the deltas. */
  readonly reasoning?: string | readonly string[];
  /** Milliseconds before the response headers. */
  readonly firstDelayMs?: number;
  /** Milliseconds between two writes; without `stream` the answer takes as long as the stream would. */
  readonly paceMs?: number;
  /** Events in one socket write, default 1. */
  readonly eventsPerWrite?: number;
  /** How many times the text is said, default 1. */
  readonly repeat?: number;
  /** Default `stop`; null sends none. A stop string or `max_tokens` reached first wins. */
  readonly finishReason?: string | null;
  /** Default: counted, in the last chunk. `own chunk`: after it, with empty `choices`. null: none. */
  readonly usage?: { readonly [name: string]: unknown } | 'own chunk' | null;
  /** Whether `[DONE]` ends the stream, default true. */
  readonly done?: boolean;
  /** Whether every delta names the role (default, as GLM does) or only the first. */
  readonly rolePerChunk?: boolean;
  readonly extraChunks?: readonly ExtraChunk[];
  readonly lineEnding?: '\n' | '\r\n' | '\r';
  /** Default true: `data: x`; false: `data:x`. */
  readonly spaceAfterColon?: boolean;
  /** Writes the raw bytes this many at a time. */
  readonly splitBytes?: number;
  /** Whether the stream begins with a byte order mark. */
  readonly bom?: boolean;
}

/** An HTTP error reply. */
export interface ErrorScenario {
  readonly kind: 'error';
  /** Default 500. */
  readonly status?: number;
  /** GLM's business code, default `500`. */
  readonly code?: string;
  readonly message?: string;
  /** Value of the `retry-after` header, none by default. */
  readonly retryAfter?: string | number;
  /** Raw body instead of GLM's error object. */
  readonly body?: string;
  readonly contentType?: string;
  readonly delayMs?: number;
}

/** A broken answer; what it says before it breaks is its {@link Speech}. */
export interface FaultScenario extends Speech {
  readonly kind: 'fault';
  readonly fault: FaultName;
  /** Text events before the fault, default 3. */
  readonly after?: number;
  /** Code and message of `error-event` and `error-data`; defaults `1234` and a sentence. */
  readonly code?: string;
  readonly message?: string;
  /** Size for `huge-event` (5 MB), `flood` (endless) and `gzip-bomb` (16 MiB unpacked). */
  readonly bytes?: number;
  /** Milliseconds between the bytes of `trickle`, default 5. */
  readonly paceMs?: number;
}

/** An embeddings reply that is out of order, incomplete or malformed. */
export interface EmbeddingsScenario {
  readonly kind: 'embeddings';
  readonly embeddingOrder?: 'sorted' | 'shuffled' | 'missing' | 'malformed';
  readonly delayMs?: number;
}

/** How the fake answers one request. */
export type Scenario = ChatScenario | ErrorScenario | FaultScenario | EmbeddingsScenario;
