// Recognizes events that differ from an earlier one in nothing but their text, without parsing them.
//
// What it is worth, in microseconds of processor per paced event (`npm run bench -- --measures paced`, both
// ways in turn, medians): 94.7 -> 90.0 where each event is a frame of its own (paced-300, five pairs),
// 52 -> 44 where several share one (paced-1500, four pairs).

import { type ChatChunk, readChunk } from './chat-chunk.ts';

/** A text that no model says, to try a form with. */
const PROBE = '\u{e000}';

/**
 * So many forms are learned in one stream: with a provider that changes something in every event,
 * learning would cost more than it saves.
 */
const FORMS = 8;

/** Longest event that is learned from, in UTF-16 units; usual ones have a few hundred. */
const LONGEST = 4096;

/** What in a JSON string stands for something else, or must not stand there; and more that seldom comes. */
const SPECIAL = /["\\\p{Cc}]/u;

/** What an event that goes on with the answer has besides. */
const NOTHING_ELSE = { toolCalls: [], finishReason: null, usage: null, requestId: null } as const;

/** Where a piece of the answer stands. */
type Field = 'text' | 'reasoning';

/**
 * The events of a stream are alike: name, time, model, and in the middle the next word. Once one of
 * them is understood, others can be by comparing what surrounds the word.
 *
 * ```
 *   {"id":"2025…","choices":[{"delta":{"content":"你好"}}]}
 *   └─────────────────── before ─────────────────┘  └after┘
 * ```
 *
 * This is exact, not a guess: where `before` ends a JSON parser is inside of a string, which a text
 * without special characters does not end, and from there on it reads what it has read before.
 */
export class RepeatedChunks {
  readonly #text = new Form('text');
  readonly #reasoning = new Form('reasoning');

  /** The chunk of an event of a known form; null for any other. */
  chunkOf(data: string): ChatChunk | null {
    const text = this.#text.pieceIn(data);
    if (text !== null) return { text, reasoning: '', ...NOTHING_ELSE };
    const reasoning = this.#reasoning.pieceIn(data);
    return reasoning === null ? null : { text: '', reasoning, ...NOTHING_ELSE };
  }

  /** Takes note of the form of an event that is nothing but a piece of text, or of reasoning. */
  learn(data: string, { text, reasoning, toolCalls, finishReason, usage }: ChatChunk): void {
    if (toolCalls.length > 0 || finishReason !== null || usage !== null) return;
    if (data.length > LONGEST || (text === '') === (reasoning === '')) return;
    if (text === '') this.#reasoning.learn(data, reasoning);
    else this.#text.learn(data, text);
  }
}

/** What surrounds the piece in the events of one kind. */
class Form {
  readonly #field: Field;
  #before = '';
  #after = '';
  #left = FORMS;

  constructor(field: Field) {
    this.#field = field;
  }

  pieceIn(data: string): string | null {
    const from = this.#before.length;
    const to = data.length - this.#after.length;
    if (from === 0 || to < from) return null;
    if (!data.startsWith(this.#before) || !data.endsWith(this.#after)) return null;
    const piece = data.slice(from, to);
    return SPECIAL.test(piece) ? null : piece;
  }

  learn(data: string, piece: string): void {
    if (this.#left === 0 || SPECIAL.test(piece)) return;
    this.#left -= 1;
    const from = data.lastIndexOf(`"${piece}"`) + 1;
    if (from === 0) return;
    const before = data.slice(0, from);
    const after = data.slice(from + piece.length);
    // The word may stand elsewhere in the event too.
    if (readChunk(JSON.parse(before + PROBE + after))[this.#field] !== PROBE) return;
    this.#before = copyOf(before);
    this.#after = copyOf(after);
  }
}

/** A slice would keep all that it was cut from in memory, as long as the stream runs. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}
