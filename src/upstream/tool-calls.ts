// Reads the tool calls of an OpenAI-like chat stream, which come whole or in pieces.

import { randomUUID } from 'node:crypto';
import type { ToolCallPiece } from '../model/chat-model.ts';
import { fieldsOf } from './fields.ts';

/** Most calls of one answer; it is also the most tools that a model is told of. */
const CALLS_LIMIT = 128;

export class ToolCallReader {
  readonly #begun = new Set<number>();

  /**
   * The pieces in a `tool_calls` of a delta or a message; null for one of too many calls. Calls that
   * are of no function are the provider's own affair, and left out.
   */
  read(calls: readonly unknown[]): readonly ToolCallPiece[] | null {
    const pieces = calls.map((call, place) => this.#piece(fieldsOf(call), place));
    const known = pieces.filter((piece) => piece !== undefined);
    return known.some(({ index }) => index >= CALLS_LIMIT) ? null : known;
  }

  /** @param place in its list, which counts where a whole reply has no index */
  #piece(call: ReturnType<typeof fieldsOf>, place: number): ToolCallPiece | undefined {
    const { name, arguments: given } = fieldsOf(call['function']);
    if (name === undefined && given === undefined) return undefined;
    const index = isIndex(call['index']) ? call['index'] : place;
    const piece = { index, arguments: argumentsOf(given) };
    // Some name a call in all of its pieces, which callers would string together.
    if (this.#begun.has(index)) return piece;
    this.#begun.add(index);
    return { ...piece, id: textOf(call['id']) || `call_${randomUUID()}`, name: textOf(name) };
  }
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** JSON as text; gateways may have parsed it. */
function argumentsOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : textOf(value);
}
