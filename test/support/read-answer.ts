// Runs the pieces of a recorded stream through the parser as the chat model would.

import { ChatEvents } from '../../src/glm/chat-stream.ts';
import type { ChatDelta, FinishReason, Usage } from '../../src/model/chat-model.ts';
import { ModelError, type ModelFailureKind } from '../../src/model/model-error.ts';

/** What an answer amounts to, however its stream was cut. */
export interface Answer {
  readonly reasoning: string;
  readonly text: string;
  readonly usage: Usage | null;
  /** How it finished, or the kind of failure that ended it. */
  readonly end: FinishReason | ModelFailureKind;
}

/** The answer in `pieces`; what follows the end of the stream is not fed, as in production. */
export function readAnswer(pieces: Iterable<Uint8Array>): Answer {
  const events = new ChatEvents(null);
  const deltas: ChatDelta[] = [];
  for (const piece of pieces) {
    if (events.ended) break;
    events.feed(piece);
    deltas.push(...events.take());
  }
  return {
    reasoning: deltas.map(({ reasoning }) => reasoning).join(''),
    text: deltas.map(({ text }) => text).join(''),
    usage: deltas.findLast(({ usage }) => usage !== null)?.usage ?? null,
    end: endOf(events),
  };
}

function endOf(events: ChatEvents): Answer['end'] {
  try {
    const { finish } = events.end();
    if (finish === null) throw new Error('an end without a finish');
    return finish;
  } catch (error) {
    if (error instanceof ModelError) return error.kind;
    throw error;
  }
}
