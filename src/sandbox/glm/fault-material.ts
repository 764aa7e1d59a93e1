// Cuts a good reply into the parts a fault needs, for streams and for plain JSON alike.

import type { JsonObject } from '../json.ts';
import { speechPieces } from './chat-answer.ts';
import { ChunkPress } from './chat-chunks.ts';
import { STREAM_HEADERS } from './chat-stream-script.ts';
import { errorBody } from './refusal.ts';
import type { ReplyIds } from './reply-ids.ts';
import type { FaultScenario } from './scenario.ts';

/** The parts of a reply; `before`, `next` and `rest` together are a whole good one. */
export interface FaultMaterial {
  readonly contentType: string;
  /** What is said before the fault, event by event. */
  readonly before: readonly Buffer[];
  /** The part that gets broken. */
  readonly next: Buffer;
  readonly rest: Buffer;
  /** What an answer that stays unfinished says after `before`. */
  readonly unfinished: Buffer;
  /** The end of the body cut inside a character. */
  readonly halfCharacter: Buffer;
  /** Something that looks like JSON and is not. */
  readonly garbage: Buffer;
  /** An error object within a reply that began well, and the same as `event: error`. */
  readonly error: Buffer;
  readonly errorEvent: Buffer;
  /** One part of at least this many bytes, good in itself. */
  huge(bytes: number): Buffer;
  /** One part of an endless reply. */
  readonly drop: Buffer;
}

const BROKEN_JSON = '{"id":"sandbox","choices":[{"delta":{"content":';
const FLOOD_TEXT = 'flood '.repeat(170);

function failure({ code, message, envelope }: FaultScenario): string {
  return errorBody(code ?? '1234', message ?? 'Network error, error id 42', envelope);
}

// Ends with the first of the character's three bytes.
function cutInsideCharacter(event: Buffer): Buffer {
  return event.subarray(0, event.indexOf(Buffer.from('好')) + 1);
}

/** The parts of a chat stream. */
export function streamMaterial(
  fault: FaultScenario,
  request: JsonObject,
  ids: ReplyIds,
): FaultMaterial {
  const press = new ChunkPress(ids, {});
  const pieces = speechPieces(fault, request);
  const piece = (index: number) => pieces[index % pieces.length] ?? '';
  const text = (index: number) => press.delta('content', piece(index));
  const after = fault.after ?? 3;
  const usage = { prompt_tokens: 1, completion_tokens: after + 1, total_tokens: after + 2 };
  return {
    contentType: STREAM_HEADERS['content-type'],
    before: Array.from({ length: after }, (_, index) => text(index)),
    next: text(after),
    rest: Buffer.concat([press.last('stop', { usage }), press.done()]),
    unfinished: Buffer.alloc(0),
    halfCharacter: cutInsideCharacter(press.delta('content', '你好')),
    garbage: press.data(BROKEN_JSON),
    error: press.data(failure(fault)),
    errorEvent: press.errorEvent(failure(fault)),
    huge: (bytes) => press.delta('content', 'x'.repeat(bytes)),
    drop: press.delta('content', FLOOD_TEXT),
  };
}

/** The parts of a reply that is one JSON text. */
export function jsonMaterial(fault: FaultScenario, body: string): FaultMaterial {
  const bytes = Buffer.from(body);
  const half = Math.floor(bytes.length / 2);
  const error = Buffer.from(failure(fault));
  return {
    contentType: 'application/json; charset=UTF-8',
    before: [],
    next: bytes.subarray(0, half),
    rest: bytes.subarray(half),
    unfinished: bytes.subarray(0, half),
    halfCharacter: cutInsideCharacter(Buffer.from('{"id":"你好"}')),
    garbage: Buffer.from(BROKEN_JSON),
    error,
    errorEvent: error,
    huge: (size) => Buffer.from(' '.repeat(size)),
    drop: Buffer.from(' '.repeat(1024)),
  };
}
