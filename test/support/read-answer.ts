// Runs the pieces of a recorded stream through the parser as the chat model would.

import { glmDialect } from '../../src/glm/stream-dialect.ts';
import type { ChatDelta, FinishReason, Usage } from '../../src/model/chat-model.ts';
import { ModelError, type ModelFailureKind } from '../../src/model/model-error.ts';
import { ChatEvents } from '../../src/upstream/chat-events.ts';

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
  const events = new ChatEvents(glmDialect, null);
  const deltas: ChatDelta[] = [];
  for (const piece of pieces) {
    if (events.ended) break;
    events.feed(piece);
    deltas.push(...events.take());
  }
  const end = endOf(events, deltas);
  return {
    reasoning: deltas.map(({ reasoning }) => reasoning).join(''),
    text: deltas.map(({ text }) => text).join(''),
    usage: deltas.findLast(({ usage }) => usage !== null)?.usage ?? null,
    end,
  };
}

/** Takes what was still to come into `deltas`. */
function endOf(events: ChatEvents, deltas: ChatDelta[]): Answer['end'] {
  try {
    deltas.push(...events.end());
    const finish = deltas.at(-1)?.finish ?? null;
    if (finish === null) throw new Error('an end without a finish');
    return finish;
  } catch (error) {
    if (error instanceof ModelError) return error.kind;
    throw error;
  }
}
