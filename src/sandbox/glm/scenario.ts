// The one declaration of how a test tells the fake GLM to answer: plain data, so that it travels as JSON.
import { z } from 'zod';
import { isObject } from '../json.ts';
import {
  count,
  flag,
  httpStatus,
  listOf,
  milliseconds,
  natural,
  oneOf,
  record,
  text,
} from './declared.ts';
import { ENVELOPES } from './refusal.ts';

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

/**
 * Successful replies with nothing in them, as users of GLM have reported them. `null-content`: content null,
 * `stop`, usage 0. `done-alone`: `[DONE]` and nothing before it. `null-event`: one event of nulls, then `[DONE]`.
 */
export const EMPTY_ANSWERS = ['null-content', 'done-alone', 'null-event'] as const;
/** One of {@link EMPTY_ANSWERS}. */
export type EmptyAnswer = (typeof EMPTY_ANSWERS)[number];

const STEP = 'must be a string, {"hold": name} or {"pause": milliseconds}';
/** A wait in a list of deltas: until the hold is released, or for so many milliseconds. */
const step = z.union([
  record('hold', { hold: text.min(1) }),
  record('pause', { pause: milliseconds }),
]);
/** One of the waits between deltas. */
export type Step = z.output<typeof step>;

const deltas = listOf(z.union([text, step], STEP), 'strings and steps');
const strings = listOf(text, 'strings');
const NOT_EMPTY = { message: 'must not be empty; use text "" for no text' };
const full = (list: readonly unknown[]) => list.length > 0;

// What the model says: `text` (cut into deltas by the fake) or `pieces` (one delta each), not both.
const speech = {
  /**
   * Default: an answer in Chinese and English that quotes the last user turn, or tells what a tool has found;
   * JSON where the request asks for it. A request with a tool that fits is answered by a call of it.
   */
  text: text.optional(),
  pieces: strings.refine(full, NOT_EMPTY).optional(),
  /** UTF-16 units per delta of `text`; may cut surrogate pairs. Default: 3 code points, never cut. */
  chunkChars: count.optional(),
};

/** Refuses `pieces` together with what only `text` needs. */
function saidOnce(
  value: { pieces?: unknown; text?: unknown; chunkChars?: unknown },
  context: z.RefinementCtx,
) {
  if (value.pieces === undefined) return;
  for (const field of ['text', 'chunkChars'] as const)
    if (value[field] !== undefined)
      context.addIssue({ code: 'custom', path: [field], message: 'and pieces exclude each other' });
}

/** A result of GLM's web search, as an answer quotes it. */
const searchResult = record('a search result', {
  title: text.optional(),
  link: text.optional(),
  content: text.optional(),
  media: text.optional(),
  icon: text.optional(),
  publish_date: text.optional(),
  refer: text.optional(),
});

/** A call of a function. */
const toolCall = record('a tool call', {
  /** Default: made of the reply's own id and the position of the call. */
  id: text.optional(),
  name: text,
  /** An object, or the text that stands for one; default `{}`. */
  arguments: z
    .union([text, z.record(z.string(), z.unknown())], 'must be a string or an object')
    .optional(),
});

/** A chat answer. For other endpoints only `firstDelayMs` counts. */
const chat = record('chat', {
  kind: z.literal('chat'),
  ...speech,
  pieces: deltas.refine(full, NOT_EMPTY).optional(),
  /** Sent before the text as `reasoning_content`; a list gives the deltas. */
  reasoning: z.union([text, deltas], 'must be a string or a list of strings and steps').optional(),
  /**
   * Calls after the text, which is then empty unless given; the answer ends with `tool_calls`. A stream tells
   * all of them in one chunk, or in pieces when the request has `tool_stream`.
   */
  toolCalls: listOf(toolCall, 'tool calls').refine(full, 'must not be empty').optional(),
  /** UTF-16 units of arguments per delta; calls come in such pieces whatever the request says. */
  argumentChars: count.optional(),
  /** Milliseconds before the response headers; a `pause` as first step is silence after them. */
  firstDelayMs: milliseconds.optional(),
  /** Milliseconds between two writes; without `stream` the answer takes as long as the stream would. */
  paceMs: milliseconds.optional(),
  /** Events in one socket write, default 1. */
  eventsPerWrite: count.optional(),
  /** How many times the text is said, default 1. */
  repeat: count.optional(),
  /** Default `stop`, or `tool_calls` after calls; null sends none. A stop string or `max_tokens` reached first wins. */
  finishReason: z.union([text, z.null()], 'must be a string or null').optional(),
  /** Default: counted, in the last chunk. `own chunk`: after it, with empty `choices`. null: none. */
  usage: z
    .union(
      [z.record(z.string(), z.unknown()), z.literal('own chunk'), z.null()],
      'must be an object, "own chunk" or null',
    )
    .optional(),
  /** Sources of the answer. */
  webSearch: listOf(searchResult, 'search results').optional(),
  /** Where a stream holds the sources: in its last chunk (default) or in one before the text. */
  webSearchAt: oneOf(['end', 'start']).optional(),
  /** Whether `[DONE]` ends the stream, default true. */
  done: flag.optional(),
  /** Whether every delta names the role (default, as GLM does) or only the first. */
  rolePerChunk: flag.optional(),
  extraChunks: listOf(oneOf(EXTRA_CHUNKS), 'extra chunks').optional(),
  lineEnding: oneOf(['\n', '\r\n', '\r']).optional(),
  /** Default true: `data: x`; false: `data:x`. */
  spaceAfterColon: flag.optional(),
  /** Default `all`. `none`: one line ending parts the events; `not last`: the body ends within its last line. */
  blankLines: oneOf(['all', 'not last', 'none']).optional(),
  /** Writes the raw bytes this many at a time. */
  splitBytes: count.optional(),
  /** Whether the stream begins with a byte order mark. */
  bom: flag.optional(),
  /** Whether one JSON text answers a request for a stream too, default false. */
  wholeJson: flag.optional(),
  /** Default: the one of an event stream or of JSON. */
  contentType: text.optional(),
}).superRefine(saidOnce);

// Code and message of an error, and the object that carries them.
const failure = {
  code: text.optional(),
  message: text.optional(),
  envelope: oneOf(ENVELOPES).optional(),
};

/** An HTTP error reply; with status 200 also what gateways say in place of an answer. */
const error = record('error', {
  kind: z.literal('error'),
  /** Default 500. */
  status: httpStatus.optional(),
  /** `code` defaults to `500`. */
  ...failure,
  /** Value of the `retry-after` header, none by default. */
  retryAfter: z.union([text, natural], 'must be a string or a whole number >= 0').optional(),
  /** Raw body instead of GLM's error object. */
  body: text.optional(),
  contentType: text.optional(),
  delayMs: milliseconds.optional(),
});

/** A broken answer; what it says before it breaks is its speech. */
const fault = record('fault', {
  kind: z.literal('fault'),
  ...speech,
  fault: oneOf(FAULTS),
  /** Text events before the fault, default 3. */
  after: natural.optional(),
  /** For `error-event` and `error-data`; defaults `1234` and a sentence. */
  ...failure,
  /** Size for `huge-event` (5 MB), `flood` (endless) and `gzip-bomb` (16 MiB unpacked). */
  bytes: count.optional(),
  /** Milliseconds between the bytes of `trickle`, default 5. */
  paceMs: milliseconds.optional(),
}).superRefine(saidOnce);

/** A chat answer with nothing in it; other endpoints answer as always. */
const empty = record('empty', {
  kind: z.literal('empty'),
  empty: oneOf(EMPTY_ANSWERS),
  delayMs: milliseconds.optional(),
});

/** An embeddings reply that is out of order, incomplete or malformed. */
const embeddings = record('embeddings', {
  kind: z.literal('embeddings'),
  embeddingOrder: oneOf(['sorted', 'shuffled', 'missing', 'malformed']).optional(),
  delayMs: milliseconds.optional(),
});

/** How the fake answers one request. */
export const scenarioSchema = z.discriminatedUnion(
  'kind',
  [chat, error, fault, empty, embeddings],
  {
    error: ({ input }) =>
      isObject(input)
        ? 'must be one of chat, error, fault, empty, embeddings'
        : 'must be an object with a kind',
  },
);

export type ToolCall = z.output<typeof toolCall>;
export type ChatScenario = z.output<typeof chat>;
export type ErrorScenario = z.output<typeof error>;
export type FaultScenario = z.output<typeof fault>;
export type EmptyScenario = z.output<typeof empty>;
export type EmbeddingsScenario = z.output<typeof embeddings>;
export type Scenario = z.output<typeof scenarioSchema>;
/** What a model says before a fault. */
export type Speech = Pick<FaultScenario, keyof typeof speech>;
